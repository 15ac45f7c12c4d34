"""What runs in Lambda behind AgentCore Gateway: one handler, one module per tool."""
