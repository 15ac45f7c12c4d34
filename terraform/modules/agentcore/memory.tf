# What the assistant remembers, one namespace a person; the role in memory_role.tf fences it.

resource "aws_bedrockagentcore_memory" "this" {
  name                  = local.identifier
  description           = "Conversations, and what is learnt from them"
  event_expiry_duration = var.event_expiry_days
  encryption_key_arn    = var.agentcore_kms_key_arn
}

# One after the other: a memory that is being updated refuses the next change.
resource "aws_bedrockagentcore_memory_strategy" "facts" {
  memory_id  = aws_bedrockagentcore_memory.this.id
  name       = "facts"
  type       = "SEMANTIC"
  namespaces = ["/people/{actorId}/facts/"]
}

resource "aws_bedrockagentcore_memory_strategy" "summaries" {
  memory_id  = aws_bedrockagentcore_memory.this.id
  name       = "summaries"
  type       = "SUMMARIZATION"
  namespaces = ["/people/{actorId}/summaries/{sessionId}/"]

  depends_on = [aws_bedrockagentcore_memory_strategy.facts]
}

resource "aws_bedrockagentcore_memory_strategy" "preferences" {
  memory_id  = aws_bedrockagentcore_memory.this.id
  name       = "preferences"
  type       = "USER_PREFERENCE"
  namespaces = ["/people/{actorId}/preferences/"]

  depends_on = [aws_bedrockagentcore_memory_strategy.summaries]
}
