"""What a message of Teams holds beside its text: labels, citations, cards, charts."""
