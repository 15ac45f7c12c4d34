"""Words such as help, whoami and stop, which are acted on before any model is asked."""
