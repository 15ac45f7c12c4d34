# Two images of one product: `bots`, the chat service, and `agent`, what runs in AgentCore Runtime.
# Give PYTHON_IMAGE a digest (python:3.13.9-slim-trixie@sha256:…) for builds that repeat to the byte.
ARG PYTHON_IMAGE=docker.io/library/python:3.13.9-slim-trixie

# Nothing is written at run time but a person's export to /tmp, so the root file system may be
# read-only.
FROM ${PYTHON_IMAGE} AS base
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app

FROM base AS libraries
RUN ["pip", "install", "--no-cache-dir", "--root-user-action=ignore", "uv==0.13.9"]
COPY pyproject.toml uv.lock docker/libraries.sh ./

FROM libraries AS bots-libraries
RUN ["sh", "libraries.sh", "bots", "/app/.venv"]

FROM libraries AS agent-libraries
RUN ["sh", "libraries.sh", "agent", "/app/.venv"]

FROM base AS bots
COPY --from=bots-libraries /app/.venv .venv
COPY bizassist bizassist
COPY bots bots
COPY identity identity
# What the administrators' page of rights shows is the agent's own file.
COPY agent/authorization/rights.cedar agent/authorization/rights.cedar
# Inside a container the load balancer comes from outside.
ENV BIZASSIST_HOST=0.0.0.0 \
    BIZASSIST_PORT=3978
EXPOSE 3978
# A task's volume takes its mode from here: whoever runs the image may write.
RUN ["chmod", "1777", "/tmp"]
VOLUME ["/tmp"]
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib import request; request.urlopen('http://127.0.0.1:3978/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bizassist", "serve"]

FROM base AS agent
COPY --from=agent-libraries /app/.venv .venv
COPY agent agent
# The AgentCore SDK listens to the outside only where this tells it that it is in a container.
ENV DOCKER_CONTAINER=1 \
    PORT=8080
EXPOSE 8080
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib import request; request.urlopen('http://127.0.0.1:8080/ping', timeout=4)"]
ENTRYPOINT ["python", "-m", "agent"]
