"""The offline model: answers by rules, without any provider."""
