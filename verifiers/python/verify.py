#!/usr/bin/env python3
"""Verifies an exported Sallyport log, or the proof of one call. Written from docs/audit-format.md alone; needs nothing but Python 3.9 or newer.

    verify.py LOG.jsonl [--org NAME] [--expect SEQ:HASH] [--partial] [--checkpoint FILE] [--key KEY ...] [--json]
    verify.py --proof FILE [--key KEY ...] [--json]

Exit code: 0 sound, 1 broken, 2 cannot be told. Section numbers in comments are those of docs/audit-format.md.
"""
import argparse
import base64
import hashlib
import json
import math
import re
import sys

MAX_LINE_UNITS = 16 * 1024 * 1024
ZERO_HASH = "0" * 64
REMEMBERED = 1_000_000
MAX_SAFE = 2**53 - 1
HASH = re.compile(r"[0-9a-f]{64}\Z")
TIME = re.compile(r"[+-]?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")
ORG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


class Breach(Exception):
    def __init__(self, rule, expected="", found=""):
        super().__init__(rule)
        self.rule, self.expected, self.found = rule, expected, found


def sha256(data):
    return hashlib.sha256(data).digest()


def sha256_hex(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# --- canonical text (RFC 8785) ---------------------------------------------------------------------------------------------------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
ESCAPED = re.compile(r'["\\\x00-\x1f]')


def canonical_string(text):
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValueError("a lone surrogate")
    return '"' + ESCAPED.sub(lambda m: ESCAPES.get(m.group()) or "\\u%04x" % ord(m.group()), text) + '"'


def canonical_number(value):
    """As ECMAScript writes a number (ECMA-262 Number::toString)."""
    if isinstance(value, int) and abs(value) <= MAX_SAFE:
        return str(value)
    value = float(value)
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    if value == 0:
        return "0"
    sign, value = ("-", -value) if value < 0 else ("", value)
    mantissa, _, exponent = ("%r" % value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    tail = "e%s%d" % ("+" if power > 0 else "-", abs(power))
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + tail


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return canonical_number(value)
    if isinstance(value, str):
        return canonical_string(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    # Members in the order of their UTF-16 code units.
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical_string(name) + ":" + canonical(value[name]) for name in names) + "}"


def no_constant(text):
    raise ValueError(text)


def parse_json(text):
    return json.loads(text, parse_constant=no_constant)


# --- contents (section 4) ---------------------------------------------------------------------------------------------------------


def is_text(value):
    return isinstance(value, str) and value != ""


def any_text(value):
    return isinstance(value, str)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_count(value):
    return is_number(value) and value == int(value) and 0 <= value <= MAX_SAFE


def amount(value):
    return is_number(value) and value >= 0


def is_hash(value):
    return isinstance(value, str) and HASH.match(value) is not None


def is_time(value):
    return isinstance(value, str) and TIME.match(value) is not None


def flag(value):
    return isinstance(value, bool)


def one_of(*allowed):
    return lambda value: isinstance(value, str) and value in allowed


def record(**members):
    return lambda value: isinstance(value, dict) and wrong_member(value, members) is None


def list_of(**members):
    return lambda value: isinstance(value, list) and all(isinstance(item, dict) and wrong_member(item, members) is None for item in value)


def optional(check):
    return (check,)


def wrong_member(value, members):
    for name, check in members.items():
        if isinstance(check, tuple):
            if name not in value:
                continue
            check = check[0]
        if not check(value.get(name)):
            return name
    return None


FINDINGS = optional(list_of(type=is_text, count=is_count))
CONTENT = {
    "decision": dict(
        call=is_text, effect=one_of("allow", "deny", "hold"), judged=is_count, policy=is_count, rule=is_text, code=is_text, method=any_text,
        surface=is_text, origin=one_of("agent", "gateway"), credential=one_of("none", "service", "user"),
        client=record(era=one_of("legacy", "modern"), version=any_text),
        principal=optional(record(agent=is_text, **{"class": optional(is_text)}, token=optional(is_text), user=optional(is_text))),
        arguments=optional(is_hash), definition=optional(is_hash), single=optional(flag), approval=optional(is_text),
        snapshot=optional(is_hash), findings=FINDINGS, risk=optional(record(score=is_count)),
    ),
    "outcome": dict(
        call=is_text, decision=is_count, latencyMs=amount, result=optional(is_hash), findings=FINDINGS,
        status=one_of("ok", "tool_error", "rpc_error", "upstream_failed", "cancelled", "input_required"),
    ),
    "object": dict(author=any_text, changes=list_of(kind=is_text, name=is_text, action=is_text, digest=optional(is_hash))),
    "signin": dict(user=any_text, method=is_text, result=one_of("ok", "failed")),
    "system": dict(event=is_text),
}
SYSTEM = {
    "start": dict(instance=is_text, version=is_text, exclusive=optional(flag)),
    "stop": dict(instance=is_text),
    "gap": dict(calls=list_of(call=is_text, decision=is_count)),
    "drift": dict(server=is_text, changes=list_of(kind=is_text, name=any_text, state=is_text, findings=FINDINGS)),
    "degraded": {"from": is_time, "to": is_time, "reason": any_text},
    "limited": {"from": is_time, "to": is_time, "agent": is_text, "limit": is_text, "refused": is_count, "token": optional(is_text)},
    "incident": dict(what=is_text, reason=any_text, count=is_count),
    "approval": dict(
        what=one_of(
            "requested", "approved", "granted", "refused", "revoked", "expired", "drained", "superseded", "consumed", "read", "claimed",
            "unclaimed", "reminded", "escalated",
        ),
        ticket=is_text, digest=is_hash, binding=is_hash, agent=is_text, by=optional(is_text), call=optional(is_text), expires=optional(is_time),
    ),
    "grant": dict(what=one_of("used"), grant=is_text, agent=is_text, binding=is_hash, rule=is_text, call=is_text),
    "erasure": dict(
        what=one_of("erased", "withheld", "completed"), cause=one_of("retention", "request"), values=is_count, rule=optional(is_text),
        request=optional(is_text), entries=optional(list_of(**{"from": is_count, "to": is_count})), held=optional(is_count),
    ),
    "key-rotation": dict(scope=one_of("master", "data", "checkpoint"), key=is_text, previous=optional(is_text)),
}


def check_content(content):
    wrong = wrong_member(content, dict(type=is_text, time=is_time))
    if wrong is None:
        wrong = wrong_member(content, CONTENT.get(content["type"], {}))
    if wrong is None and content["type"] == "system":
        wrong = wrong_member(content, SYSTEM.get(content["event"], {}))
    if wrong is not None:
        raise Breach("content", "a valid %r" % wrong, repr(content.get(wrong)))


# --- one line (sections 1, 2 and the first rules of section 6) ----------------------------------------------------------------------


def parse_line(line):
    """line: bytes without LF. Returns header, hash, content."""
    try:
        text = line.decode("utf-8")
        if len(text.encode("utf-16-le")) // 2 > MAX_LINE_UNITS:
            raise ValueError("too long")
        value = parse_json(text)
    except (ValueError, RecursionError):
        raise Breach("line", "one JSON object in UTF-8", repr(line[:80])) from None
    if not isinstance(value, dict) or set(value) != {"content", "hash", "header"}:
        raise Breach("line", "the members content, hash and header", repr(line[:80]))
    content, entry_hash, header = value["content"], value["hash"], value["header"]
    if not isinstance(content, dict) or not isinstance(entry_hash, str) or not isinstance(header, dict):
        raise Breach("line", "content, hash and header of the right kind", repr(line[:80]))
    try:
        content_text, header_text = canonical(content), canonical(header)
        whole = '{"content":%s,"hash":%s,"header":%s}' % (content_text, canonical(entry_hash), header_text)
    except (ValueError, OverflowError, RecursionError):
        raise Breach("canonical", "text that RFC 8785 has", repr(line[:80])) from None
    if whole != text:
        raise Breach("canonical", whole[:80], text[:80])
    right = (
        set(header) == {"content", "org", "prev", "revision", "seq", "v"}
        and header["v"] == 1 and not isinstance(header["v"], bool)
        and is_hash(header["content"]) and isinstance(header["org"], str) and ORG.match(header["org"]) is not None
        and is_hash(header["prev"]) and is_count(header["revision"]) and is_count(header["seq"]) and header["seq"] > 0
    )
    if not right:
        raise Breach("header", "the members of section 1", header_text[:80])
    if sha256_hex(header_text) != entry_hash:
        raise Breach("hash", sha256_hex(header_text), entry_hash)
    if sha256_hex(content_text) != header["content"]:
        raise Breach("content-hash", header["content"], sha256_hex(content_text))
    check_content(content)
    return header, entry_hash, content


# --- calls (the last rules of section 6) ----------------------------------------------------------------------------------------------


class Ledger:
    def __init__(self):
        self.open, self.lost, self.fates, self.allowed = {}, {}, {}, {}
        self.first_seq = 1
        self.lost_count = self.voids = 0

    def take(self, seq, revision, content):
        kind = content["type"]
        if kind == "decision":
            self.decision(seq, revision, content)
        elif kind == "outcome":
            self.outcome(content)
        elif kind == "system" and content["event"] == "gap":
            self.gap(content)
        elif kind == "system" and content["event"] == "start" and content.get("exclusive") is True:
            self.lost.clear()
            if self.open:
                raise Breach("outcome-missing", "an outcome or a gap for the decision at entry %d" % next(iter(self.open)))

    def decision(self, seq, revision, content):
        if content["judged"] > revision:
            raise Breach("judged-ahead", "at most %d" % revision, str(content["judged"]))
        if content["policy"] != content["judged"]:
            raise Breach("content", "policy equal to judged", str(content["policy"]))
        if content["judged"] != revision:
            self.voids += 1
            remember(self.fates, seq, "outcome-of-void-decision")
        elif content["effect"] != "allow":
            remember(self.fates, seq, "outcome-of-denial")
        elif content["call"] in self.allowed:
            raise Breach("decided-twice", "one allowing decision", content["call"])
        else:
            remember(self.allowed, content["call"], True)
            if content.get("single") is True:
                remember(self.fates, seq, "outcome-without-decision")
            else:
                self.open[seq] = content["call"]

    def outcome(self, content):
        seq, call = content["decision"], content["call"]
        decided = self.open.get(seq, self.lost.get(seq))
        if decided is None:
            if seq < self.first_seq:
                return
            raise Breach(self.fates.get(seq, "outcome-without-decision"), "an open decision at entry %d" % seq, call)
        if decided != call:
            raise Breach("outcome-of-another-call", decided, call)
        self.open.pop(seq, None)
        self.lost.pop(seq, None)
        remember(self.fates, seq, "outcome-twice")

    def gap(self, content):
        for lost in content["calls"]:
            seq = lost["decision"]
            if seq < self.first_seq:
                continue
            if self.open.get(seq) != lost["call"]:
                raise Breach("gap-without-decision", "an open decision at entry %d" % seq, lost["call"])
            remember(self.lost, seq, self.open.pop(seq))
            self.lost_count += 1


def remember(memory, key, value):
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]


# --- the tree (section 7) -----------------------------------------------------------------------------------------------------------


def leaf_hash(entry_hash):
    return sha256(b"\0" + bytes.fromhex(entry_hash))


def node_hash(left, right):
    return sha256(b"\1" + left + right)


class Tree:
    def __init__(self):
        self.roots, self.size = [], 0

    def push(self, leaf):
        leaves = 1
        while self.roots and self.roots[-1][1] == leaves:
            leaf = node_hash(self.roots.pop()[0], leaf)
            leaves *= 2
        self.roots.append((leaf, leaves))
        self.size += 1

    def root(self):
        root = None
        for part, _ in reversed(self.roots):
            root = part if root is None else node_hash(part, root)
        return sha256(b"") if root is None else root


def inclusion_holds(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size or len(path) > 64:
        return False
    node, last = index, size - 1
    for other in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            leaf = node_hash(other, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = node_hash(leaf, other)
        node, last = node >> 1, last >> 1
    return last == 0 and leaf == root


# --- Ed25519 (RFC 8032 section 5.1.7), plain and slow ---------------------------------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def decode_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def multiply(factor, point):
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = add(result, point)
        point = add(point, point)
        factor >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def ed25519_good(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, start = decode_point(public), decode_point(signature[:32])
    factor = int.from_bytes(signature[32:], "little")
    if key is None or start is None or factor >= Q:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = multiply(factor, BASE), add(start, multiply(digest, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- checkpoints (section 8) --------------------------------------------------------------------------------------------------------

SIGNATURE_LINE = re.compile(r"\u2014 ([^\s+]{1,256}) ([A-Za-z0-9+/=]+)\Z")
VERIFIER_KEY = re.compile(r"([^\s+]{1,256})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\Z")


def strict_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def parse_key(text):
    match = VERIFIER_KEY.match(text)
    typed = strict_base64(match.group(3)) if match else None
    if typed is None or len(typed) != 33 or typed[0] != 1:
        return None
    if sha256(match.group(1).encode() + b"\n" + typed)[:4].hex() != match.group(2):
        return None
    return {"name": match.group(1), "id": match.group(2), "key": typed[1:], "text": text}


def parse_checkpoint(note):
    if len(note) > 16 * 1024 or not note.endswith("\n") or "\n\n" not in note:
        return None
    end = note.rindex("\n\n")
    text, lines = note[: end + 1], note[end + 2 : -1].split("\n")
    parts = text[:-1].split("\n")
    if len(parts) < 3 or parts[0] == "" or "" in parts[3:] or len(lines) > 32:
        return None
    root = strict_base64(parts[2])
    if not re.match(r"(?:0|[1-9][0-9]{0,15})\Z", parts[1]) or int(parts[1]) > MAX_SAFE or root is None or len(root) != 32:
        return None
    signatures = []
    for line in lines:
        match = SIGNATURE_LINE.match(line)
        data = strict_base64(match.group(2)) if match else None
        if data is None or len(data) <= 4:
            return None
        signatures.append((match.group(1), data[:4].hex(), data[4:]))
    return {"origin": parts[0], "size": int(parts[1]), "root": root, "text": text, "signatures": signatures}


def signed_by(checkpoint, keys):
    found = None
    for name, key_id, signature in checkpoint["signatures"]:
        for key in keys:
            if key["name"] == name and key["id"] == key_id:
                if not ed25519_good(key["key"], checkpoint["text"].encode("utf-8"), signature):
                    return None
                found = found or key
    return found


class TreeCheck:
    def __init__(self, notes, keys):
        parsed = [parse_checkpoint(note) for note in notes]
        self.bad_form = None in parsed
        self.expected = sorted((one for one in parsed if one), key=lambda one: one["size"])
        self.keys, self.given = [parse_key(key) for key in keys], bool(keys)
        self.tree, self.announced, self.next, self.origin = Tree(), [], 0, ""

    def take(self, org, seq, entry_hash, content):
        if self.bad_form:
            raise Breach("checkpoint-form")
        if seq == 1:
            self.origin = "sallyport/%s/%s" % (org, entry_hash[:16])
        if self.next == len(self.expected):
            return
        self.tree.push(leaf_hash(entry_hash))
        if content["type"] == "system" and content["event"] == "key-rotation" and content["scope"] == "checkpoint":
            key = parse_key(content["key"])
            if key and not self.given and "previous" not in content:
                self.keys.append(key)
            elif key:
                self.announced.append((key, content.get("previous")))
        while self.next < len(self.expected) and self.expected[self.next]["size"] <= seq:
            due = self.expected[self.next]
            if due["origin"] != self.origin:
                raise Breach("checkpoint-origin", due["origin"], self.origin)
            if due["size"] != seq or due["root"] != self.tree.root():
                raise Breach("checkpoint-root", due["root"].hex(), self.tree.root().hex())
            if not signed_by(due, self.keys):
                raise Breach("checkpoint-signature")
            for key, previous in self.announced:
                if any(known["text"] == previous for known in self.keys):
                    self.keys.append(key)
            self.announced = []
            self.next += 1

    def end(self):
        if self.next < len(self.expected):
            raise Breach("checkpoint-size", "%d entries" % self.expected[self.next]["size"], "the end of the log")


# --- the log (section 6) --------------------------------------------------------------------------------------------------------------


def verify_log(lines, org=None, expected=None, partial=False, notes=None, keys=()):
    """lines: byte strings without LF. Returns a verdict as a dict."""
    ledger, tree = Ledger(), TreeCheck(notes, keys) if notes is not None else None
    seq, prev, revision, count, number, late, seen = 0, ZERO_HASH, 0, 0, 0, False, expected is None or expected[0] == 0
    try:
        for number, line in enumerate(lines, 1):
            header, entry_hash, content = parse_line(line)
            org = org or header["org"]
            if header["org"] != org:
                raise Breach("organization", org, header["org"])
            if count == 0 and partial and header["seq"] > 1:
                late, ledger.first_seq = True, header["seq"]
                seq, prev = header["seq"] - 1, header["prev"]
                revision = header["revision"] - (content["type"] == "object")
            if header["seq"] != seq + 1:
                raise Breach("sequence", str(seq + 1), str(header["seq"]))
            if header["prev"] != prev:
                raise Breach("prev", prev, header["prev"])
            if header["revision"] < revision:
                raise Breach("revision-decreased", "at least %d" % revision, str(header["revision"]))
            if content["type"] == "object" and header["revision"] != revision + 1:
                raise Breach("object-revision", str(revision + 1), str(header["revision"]))
            if content["type"] != "object" and header["revision"] != revision:
                raise Breach("revision-source", str(revision), str(header["revision"]))
            if expected and expected[0] == header["seq"]:
                seen = True
                if expected[1] != entry_hash:
                    raise Breach("expected-head", expected[1], entry_hash)
            ledger.take(header["seq"], header["revision"], content)
            if tree and not late:
                tree.take(org, header["seq"], entry_hash, content)
            seq, prev, revision, count = header["seq"], entry_hash, header["revision"], count + 1
        number += 1
        if not seen:
            raise Breach("expected-head", "%d:%s" % expected, "the end of the log")
        if tree and count and not late:
            tree.end()
    except Breach as breach:
        first = {"seq": seq + 1, "line": number, "rule": breach.rule, "expected": breach.expected, "found": breach.found}
        return {"state": "broken", "entries": count, "firstBad": first}
    facts = {"entries": count, "head": {"seq": seq, "hash": prev, "revision": revision}, "openCalls": len(ledger.open),
             "lostCalls": ledger.lost_count, "voidDecisions": ledger.voids}
    return {"state": "cannot_tell" if late or count == 0 else "sound", **facts}


def read_lines(stream):
    for line in stream:
        yield line[:-1] if line.endswith(b"\n") else line


# --- the proof of a call (section 9) --------------------------------------------------------------------------------------------------


def verify_proof(text, keys):
    try:
        proof = parse_json(text)
        return check_proof(proof, keys)
    except Breach as breach:
        return {"state": "broken", "reason": breach.rule}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"state": "broken", "reason": "it is not a proof of version 1"}


def check_proof(proof, keys):
    if proof["format"] != "sallyport-proof" or proof["version"] != 1:
        raise ValueError("format")
    checkpoint = parse_checkpoint(proof["checkpoint"])
    if checkpoint is None:
        raise Breach("checkpoint-form")
    call, entries, allowed, decisions = proof.get("call"), {}, set(), 0
    if "call" in proof and not isinstance(call, str):
        raise ValueError("call")
    for one in proof["entries"]:
        header, entry_hash, content = parse_line(one["line"].encode("utf-8"))
        if not checkpoint["origin"].startswith("sallyport/%s/" % header["org"]):
            raise Breach("organization")
        path = [bytes.fromhex(part) for part in one["path"] if HASH.match(part)]
        if len(path) != len(one["path"]) or not inclusion_holds(leaf_hash(entry_hash), header["seq"] - 1, checkpoint["size"], path, checkpoint["root"]):
            raise Breach("inclusion")
        entries[header["seq"]] = content
        if call is None or content["type"] not in ("decision", "outcome"):
            continue
        if content["call"] != call:
            raise Breach("another call")
        if content["type"] == "decision":
            decisions += 1
            if content["judged"] == header["revision"] and content["effect"] == "allow":
                allowed.add(header["seq"])
        elif content["decision"] not in allowed:
            raise Breach("outcome-without-decision")
    if decisions == 0 and (call is not None or not entries):
        raise Breach("no decision")
    for document in proof["documents"]:
        named = {"kind": document["kind"], "name": document["name"], "digest": sha256_hex(document["text"])}
        changes = entries.get(document["entry"], {}).get("changes", [])
        if not any(all(change.get(member) == value for member, value in named.items()) for change in changes):
            raise Breach("document")
    for definition in proof["definitions"]:
        named = any(content.get("definition") == definition["hash"] for content in entries.values())
        if sha256_hex(definition["text"]) != definition["hash"] or not named:
            raise Breach("definition")
    trusted = [key for key in map(parse_key, keys or proof["keys"]) if key]
    signer = signed_by(checkpoint, trusted)
    if signer is None:
        raise Breach("checkpoint-signature")
    return {"state": "sound" if keys else "cannot_tell", "call": call, "signedBy": signer["text"], "entries": sorted(entries)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", nargs="?")
    parser.add_argument("--org")
    parser.add_argument("--expect")
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("--checkpoint")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--proof")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if any(parse_key(key) is None for key in args.key):
        parser.error("--key takes a verifier key")
    if args.proof:
        with open(args.proof, encoding="utf-8", newline="") as file:
            verdict = verify_proof(file.read(), args.key)
    elif args.log:
        notes = None
        if args.checkpoint:
            with open(args.checkpoint, encoding="utf-8", newline="") as file:
                text = file.read()
            notes = [json.loads(line)["note"] for line in text.split("\n") if line] if text.startswith("{") else [text]
        expected = (int(args.expect.split(":")[0]), args.expect.split(":")[1]) if args.expect else None
        with open(args.log, "rb") if args.log != "-" else sys.stdin.buffer as stream:
            verdict = verify_log(read_lines(stream), args.org, expected, args.partial, notes, args.key)
    else:
        parser.error("give a log or --proof")
    print(json.dumps(verdict) if args.json else "%s %s" % (verdict["state"].upper(), json.dumps(verdict)))
    return {"sound": 0, "broken": 1}.get(verdict["state"], 2)


if __name__ == "__main__":
    sys.exit(main())
