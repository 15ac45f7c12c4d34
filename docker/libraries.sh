#!/bin/sh
# Installs the libraries of one dependency group, as the lock file has them, and nothing else:
# libraries.sh GROUP ENVIRONMENT
set -eu

UV_PROJECT_ENVIRONMENT=$2
UV_PYTHON_DOWNLOADS=never
export UV_PROJECT_ENVIRONMENT UV_PYTHON_DOWNLOADS

# Bytecode is made here because nothing may be written later.
uv sync --quiet --frozen --only-group "$1" --no-install-project --compile-bytecode
