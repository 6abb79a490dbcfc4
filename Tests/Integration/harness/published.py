"""Holds our description of Clerk's API against the published one: ours may leave things out, and promises nothing else.

Paths, methods, parameters, statuses and members of ours must be theirs; what ours says of a value (type, null, values, pattern,
limits) must be what theirs says; required members must be the same, because the emulator sends what readers of Clerk rely on and
Segue relies on what the emulator sends. Prose is not compared."""

from collections.abc import Iterator

_METHODS = {"get", "post", "put", "patch", "delete"}
#: What is said of a value in one word.
_WORDS = ("type", "format", "nullable", "pattern", "minimum", "maximum", "minItems", "maxItems")


def compare(ours: dict, theirs: dict) -> list[str]:
    return list(_Comparison(ours, theirs).faults())


class _Comparison:
    def __init__(self, ours: dict, theirs: dict):
        self.ours, self.theirs = ours, theirs

    def faults(self) -> Iterator[str]:
        for path, our_path in self.ours["paths"].items():
            their_path = self.theirs["paths"].get(path)
            if not their_path:
                yield f"{path}: theirs has no such path"
                continue
            for method in _METHODS & our_path.keys():
                where = f"{method.upper()} {path}"
                if method not in their_path:
                    yield f"{where}: theirs has no such method"
                else:
                    yield from self.operation(where, our_path, our_path[method], their_path, their_path[method])

    def operation(self, where: str, our_path: dict, ours: dict, their_path: dict, theirs: dict) -> Iterator[str]:
        yield from self.parameters(where, self.named(self.ours, our_path, ours), self.named(self.theirs, their_path, theirs))
        our_content, their_content = self.content(self.ours, ours.get("requestBody")), self.content(self.theirs, theirs.get("requestBody"))
        if (our_content is None) != (their_content is None):
            yield f"{where}: content in one description only"
        elif our_content is not None:
            yield from self.schema(f"{where} content", our_content, their_content)
        for status, response in ours["responses"].items():
            yield from self.response(f"{where} {status}", response, theirs["responses"].get(status))

    # Parameters.

    def named(self, document: dict, path: dict, operation: dict) -> dict[tuple[str, str], dict]:
        all_of_them = [_resolved(document, one) for one in [*path.get("parameters", []), *operation.get("parameters", [])]]
        return {(one["in"], one["name"]): one for one in all_of_them}

    def parameters(self, where: str, ours: dict, theirs: dict) -> Iterator[str]:
        for key, parameter in ours.items():
            if key not in theirs:
                yield f"{where}: theirs has no parameter {key}"
                continue
            if parameter.get("required", False) != theirs[key].get("required", False):
                yield f"{where} {key}: required differs"
            yield from self.schema(f"{where} {key}", parameter["schema"], theirs[key]["schema"])
        for key, parameter in theirs.items():
            if parameter.get("required") and key not in ours:
                yield f"{where}: ours lacks the required parameter {key}"

    # Content.

    def content(self, document: dict, body: dict | None) -> dict | None:
        return _resolved(document, body)["content"]["application/json"]["schema"] if body else None

    def response(self, where: str, ours: dict, theirs: dict | None) -> Iterator[str]:
        our_response = _resolved(self.ours, ours)
        if theirs is None:
            if "x-stated-by" not in our_response:
                yield f"{where}: theirs has no such response"
            return
        their_content = _resolved(self.theirs, theirs).get("content", {})
        if "application/json" in their_content:
            yield from self.schema(where, our_response["content"]["application/json"]["schema"], their_content["application/json"]["schema"])

    # Values.

    def schema(self, where: str, ours: dict, theirs: dict) -> Iterator[str]:
        ours, theirs = _resolved(self.ours, ours), _merged(self.theirs, theirs)
        if ours.get("x-not-emulated"):
            yield from self.absence(where, ours, theirs)
            return
        if "oneOf" in theirs:
            yield from self.variants(where, ours, theirs)
        for word in _WORDS:
            if word != "type" or "oneOf" not in theirs:
                if ours.get(word) != theirs.get(word) and not (word == "nullable" and not ours.get(word) and not theirs.get(word)):
                    yield f"{where}: {word} is {ours.get(word)}, theirs {theirs.get(word)}"
        if set(ours.get("enum", [])) != set(theirs.get("enum", [])):
            yield f"{where}: the values are {ours.get('enum')}, theirs {theirs.get('enum')}"
        if "items" in ours:
            yield from self.schema(f"{where}[]", ours["items"], theirs.get("items", {}))
        yield from self.members(where, ours, theirs)

    def members(self, where: str, ours: dict, theirs: dict) -> Iterator[str]:
        if "properties" not in ours or "oneOf" in theirs:
            return
        if set(ours.get("required", [])) != set(theirs.get("required", [])):
            yield f"{where}: required differ in {sorted(set(ours.get('required', [])) ^ set(theirs.get('required', [])))}"
        for name, member in ours["properties"].items():
            if name not in theirs.get("properties", {}):
                yield f"{where}: theirs has no member {name}"
            else:
                yield from self.schema(f"{where}.{name}", member, theirs["properties"][name])

    def variants(self, where: str, ours: dict, theirs: dict) -> Iterator[str]:
        """Each of ours must be one of theirs; where all of ours are named by `object`, none may be missing."""
        mine = ours.get("oneOf", [ours])
        matched = set()
        for one in mine:
            attempts = [list(self.schema(where, one, other)) for other in theirs["oneOf"]]
            best = min(range(len(attempts)), key=lambda index: len(attempts[index]))
            matched.add(best)
            yield from attempts[best]
        if "oneOf" in ours and len(mine) > 1 and len(matched) != len(theirs["oneOf"]):
            yield f"{where}: {len(matched)} variants, theirs {len(theirs['oneOf'])}"

    def absence(self, where: str, ours: dict, theirs: dict) -> Iterator[str]:
        """What the emulator never has must be a thing that may be missing: an empty list or null."""
        if ours["type"] == "array" and theirs.get("type") != "array" or ours["type"] != "array" and not theirs.get("nullable"):
            yield f"{where}: theirs cannot be empty"


def _resolved(document: dict, node: dict) -> dict:
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _merged(document: dict, node: dict) -> dict:
    """One schema for what `allOf` puts together."""
    node = _resolved(document, node)
    if "allOf" not in node:
        return node
    made = {key: value for key, value in node.items() if key != "allOf"}
    for part in node["allOf"]:
        part = _merged(document, part)
        properties = made.get("properties", {})
        for name, member in part.get("properties", {}).items():
            properties.setdefault(name, member)
        required = [*made.get("required", []), *part.get("required", [])]
        made = part | made | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
    return made
