"""Values of Python in the form that every reader answers in."""


def value(read):
    if isinstance(read, str):
        return {"text": read}
    if isinstance(read, bool) or read is None:
        return read
    if isinstance(read, (int, float)):
        return {"number": repr(read)}
    if isinstance(read, list):
        return [value(item) for item in read]
    if isinstance(read, dict):
        return {"object": [[name, value(member)] for name, member in read.items()]}
    return {"other": repr(type(read))}


def all_of(pairs):
    """Names with all their values, in the order in which they came."""
    read = {}
    for name, text in pairs:
        read.setdefault(name, []).append(text)
    return [[name, {"all": texts}] for name, texts in read.items()]
