"""Says in the person's language, one of six, that a stand-in answers, and takes thanks as such."""

import re
from collections.abc import Mapping

I_AM: Mapping[str, str] = {
    "en": "I'm BizAssist on the offline model: no AI provider is set, so I choose tools by fixed "
    "rules and keep my sentences simple.",
    "de": "Ich bin BizAssist mit dem Offline-Modell, einem Ersatz: Es ist kein KI-Anbieter "
    "eingestellt, darum wähle ich Werkzeuge nach festen Regeln und schreibe Englisch.",
    "es": "Soy BizAssist con el modelo sin conexión, un sustituto: no hay ningún proveedor de IA "
    "configurado, así que elijo herramientas con reglas fijas y escribo en inglés.",
    "fr": "Je suis BizAssist avec le modèle hors ligne, un remplaçant : aucun fournisseur d'IA "
    "n'est configuré, je choisis donc des outils par des règles fixes et j'écris en anglais.",
    "it": "Sono BizAssist con il modello offline, un sostituto: nessun fornitore di IA è "
    "configurato, quindi scelgo gli strumenti con regole fisse e scrivo in inglese.",
    "pt": "Sou o BizAssist com o modelo offline, um substituto: nenhum provedor de IA está "
    "configurado, por isso escolho ferramentas por regras fixas e escrevo em inglês.",
}
WELCOME: Mapping[str, str] = {
    "en": "You're welcome!",
    "de": "Gern geschehen!",
    "es": "¡De nada!",
    "fr": "Je vous en prie !",
    "it": "Prego!",
    "pt": "De nada!",
}
THANKS: Mapping[str, re.Pattern[str]] = {
    language: re.compile(rf"^\W*(?:ok(?:ay)?\W+)?(?:{words})\b(?:[^?]{{0,40}})$", re.IGNORECASE)
    for language, words in {
        "en": r"(?:many )?thanks|thank you|thx|cheers",
        "de": r"(?:vielen |herzlichen )?dank|danke",
        "es": r"(?:muchas )?gracias",
        "fr": r"merci",
        "it": r"(?:molte |mille )?grazie",
        "pt": r"(?:muito )?obrigad[oa]",
    }.items()
}
SMALL_WORDS: Mapping[str, str] = {
    "de": "ich du sie wir ist sind habe hat was wie wer wo wann darf kann der das ein eine und "
    "nicht für mein meine mir guten tag hallo welche viele gibt",
    "es": "yo el la los las es son qué cómo cuánto cuántos cuándo dónde quién puedo puede tengo "
    "hola por para un una mi con del hay buenos días",
    "fr": "je tu nous vous le les est sont quel quelle comment combien quand où qui puis peux ai "
    "une des du mon ma bonjour pour avec est-ce que salut",
    "it": "io il lo gli è sono che come quanto quanti quando dove chi posso ho un una mio mia ciao "
    "per con del della buongiorno quale quali",
    "pt": "eu o os as é são que como quanto quantos quando onde quem posso tenho um uma meu minha "
    "olá para com do da não bom dia quais",
}


def thanks(text: str) -> str | None:
    """The answer to thanks, in their language; None when a text is something else."""
    return next((WELCOME[name] for name, said in THANKS.items() if said.match(text)), None)


def i_am(text: str) -> str:
    """Who is answering, in the language of the text."""
    return I_AM[language_of(text)]


def language_of(text: str) -> str:
    """The one of the six whose small words a text has most of; English for none."""
    words = set(re.findall(r"[\w-]+", text.casefold()))
    counts = {name: len(words.intersection(small.split())) for name, small in SMALL_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= min(2, len(words)) and counts[best] else "en"
