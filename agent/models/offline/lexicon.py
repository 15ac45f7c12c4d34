"""What the offline model knows of office English: which words say nothing, and what others mean."""

import re

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any anyone anything are as at be because been
    before being but by can check come could did do does doing done down else even ever for from
    get give go goes going gone good got had has have he hello help her here hey hi him his how i
    if in into is it its just keep kind know let like little lot make many may me might mine more
    most much must my need needs new no not now of off ok okay old on one only or other our out
    over own per please pls put quick really return returns right said same say says see shall
    she should show so some somebody someone something still such sure take tell than thank
    thanks that the their them then there these they thing things this those through to too two
    under until up us use used using very via want wants was way we well were what whats when
    where whether which while who whom whose why will with within without would yes yet you your
    find look finding looking found happened happens called ask asks asking answer answers
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)

PHRASES = (
    (re.compile(r"\b(?:look(?:ing)?|looked|pull|bring|dig)(?: \w+)? up\b"), "lookup"),
    (re.compile(r"\b(?:know|have|got) (?:about|on) (?:them|him|her|the|this|that)\b"), "lookup"),
    (re.compile(r"\blook(?:s|ing)? after\b|\bin charge of\b|\b(?:talk|speak) to\b"), "contact"),
    (re.compile(r"\btl;?dr\b|\bin (?:short|a nutshell)\b|\bmain points?\b"), "summary"),
    (re.compile(r"\b(?:work(?:ing)?) from home\b|\bhome office\b"), "remote work"),
    (re.compile(r"\b(?:time|days?|take) off\b|\bparental\b|\bmaternity\b|\bpaternity\b"), "leave"),
    (re.compile(r"\b(?:can|may|must|should|am) (?:i|we)\b(?! (?:know|see|tell))"), "allowed"),
    (
        re.compile(r"\b(?:do|are|does) (?:i|we|one|people) (?:get|have|need|pay|offer|entitled)\b"),
        "allowed",
    ),
    (re.compile(r"\b(?:work(?:ing|s)?|business|deal(?:ing)?) with\b"), "client"),
    (
        re.compile(r"\b(?:details|infos?|information|everything|all|much) (?:on|about|for|of)\b"),
        "lookup",
    ),
    (re.compile(r"\b(?:can't|cannot|can not|couldn't|could not) (?:\w+ )?read\b"), "misread"),
    (re.compile(r"\bis it (?:ok|okay|fine|allowed|permitted|possible) (?:to|if)\b"), "allowed"),
    (re.compile(r"\bfree of charge\b|\bfor free\b|\bfix(?:ed)?\b"), "repair"),
    (re.compile(r"\bshare prices?\b|\bstock prices?\b|\bexchange rates?\b"), "web"),
    (re.compile(r"\bchatgpt\b|\bai tools?\b"), "software"),
    (re.compile(r"\bbetween (?:them|these|those|both|the two)\b|\bversus\b|\bvs\b"), "compare"),
    (re.compile(r"\b(?:each other|one to the other|in line with)\b"), "compare"),
    (re.compile(r"\b(?:the|these|those) two\b|\bboth\b|\bthe same\b|\bnext to\b"), "compare"),
    (re.compile(r"\b(?:second|newer|new|latest|other) version\b|\bside by side\b"), "compare"),
    (re.compile(r"\be-?mails?\b"), "email"),
)
"""Several words that mean what one word says; tried on lower case, the tools' own words too."""

SYNONYMS = {
    "google": "web", "internet": "web", "online": "web", "website": "web", "websites": "web",
    "customer": "client", "customers": "client", "clients": "client", "policies": "policy",
    "guarantee": "warranty", "guaranteed": "warranty", "insured": "warranty",
    "rule": "policy", "rules": "policy", "regulation": "policy", "regulations": "policy",
    "guideline": "policy", "guidelines": "policy", "file": "document", "files": "document",
    "analyse": "analyze", "analysis": "analyze", "comparison": "compare", "diff": "compare",
    "summarise": "summary", "summarize": "summary",
}  # fmt: skip
"""Words for which another one is said in a tool's name or description."""

_BROADER = {
    "policy": """
        allowance allowed allowance annual approve approved approval approves badge carry code
        compliance conduct dress entitled expense expenses forbidden gift gifts holiday holidays
        hotel ill incident leave mileage notice overtime password passwords permitted probation
        receipt receipts reimburse reimbursed reimbursement remote sick sickness telework travel
        trip vacation vacations bonus bonuses bill dinner jobs limit lunch maximum meals minimum
        diem paid pays pension phishing reimburses salary smoking stance training visitor visitors
    """,
    "leave": "annual holiday holidays ill sick sickness vacation vacations pregnant",
    "travel": "flight flights hotel mileage taxi trip train",
    "expenses": "receipt receipts reimburse reimbursed reimbursement refund mileage taxi",
    "security": "badge password passwords phishing software",
    "warranty": """
        broke broken covered coverage cover damaged defect defective dead died expire expired
        expires faulty flickering insurance repair repairs repaired replace replaced replacement
    """,
    "device": """
        bought buy gadget gadgets hardware laptop machine machines monitor owns phone registered
        screen tablet
    """,
    "serial": "digit digits gadget gadgets hardware machine machines device devices",
    "incomplete": "half illegible label partial partly scratched smudged sticker torn unreadable",
    "resemble": "close closest similar alike approximately",
    "account": """
        cancelled churned contact cut enterprise manager paying plan premium renew renewed
        subscribed subscription suspended tier
    """,
    "plan": "paying subscribed subscription tier package",
    "status": "suspended cancelled active",
    "manager": "contact responsible",
    "web": """
        article articles blog forecast headline headlines latest news rumour rumours site sites
        weather wikipedia
    """,
    "document": """
        attachment attached clause contract docx excel figures gist invoice letter minutes notes
        offer paragraph pdf presentation proposal quote report sheet slides spreadsheet summary
    """,
    "analyze": "explain figures gist parties summary",
    "compare": """
        changed changes changing contradict contradicts differ difference differences different
        differs modified old older previous vs worse
    """,
    "memory": "remember remembered remembers",
    "order": "bought delivery delivered package parcel shipment shipped tracking",
    "book": "reserve reservation",
    "meeting": "appointment calendar",
    "ticket": "incident issue outage",
}  # fmt: skip

BROADER: dict[str, tuple[str, ...]] = {
    word: tuple(broad for broad, words in _BROADER.items() if word in words.split())
    for word in {word for words in _BROADER.values() for word in words.split()}
}
"""Words that are about something: who asks about a *hotel* means a *policy* or *travel*."""

ACTIONS = frozenset(
    """
    add approve book buy call cancel change create delete deploy draft email fix install invite
    open order pay play print raise remind reserve restart reset schedule send set sell sign start
    stop submit transfer translate turn update write
    """.split()  # noqa: SIM905
)
"""What is done rather than looked up: only a tool that names it can do it."""

GENERAL = frozenset({"search", "lookup", "email", "name", "number", "question", "work"})
"""Words that many tools' names have, whatever they are about."""

COMMON = frozenset(
    """
    actually address afternoon area available bad bank best better big boss business busy buy case
    city clear colleague colleagues company country current currently customer date day days deal
    detail details early end evening exactly example fact far fast fine first free friend full
    further future general great group guy half hand hard head high home hour hours house idea
    important information inside interesting internally job key kid kids large last late later
    least left less level life line list long lost low man maybe mean meeting message minute
    minutes moment money month months morning mother names never new next nice night note number
    office official often ours outside part people person phone place plain point possible price
    problem process project public question questions quick rang reason recent regarding related
    request room safe second short side similar simple site small somewhere soon sort special
    start state story stuff sudden support system systems table talk talking team terms thanks
    theirs time times today together told tomorrow tonight total town true turn type usual value
    version view week weeks weekend whole wife woman word words world wrong year years yesterday
    """.split()  # noqa: SIM905
)
"""Words that are no company's name when they stand alone."""
