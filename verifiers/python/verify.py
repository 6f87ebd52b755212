#!/usr/bin/env python3
"""Verifies an exported Sallyport log, or the proof of one call. Written from docs/audit-format.md alone; needs nothing but Python 3.9 or newer.

    verify.py LOG.jsonl [--org NAME] [--expect SEQ:HASH] [--partial] [--checkpoint FILE|FOLDER ...] [--key KEY ...] [--witness KEY ...] [--tsa-ca FILE ...] [--json]
    verify.py --proof FILE [--key KEY ...] [--witness KEY ...] [--tsa-ca FILE ...] [--json]
    verify.py SEGMENT ... [LOG.jsonl] [--key KEY ...] [--json]

Exit code: 0 sound, 1 broken, 2 cannot be told. Section numbers in comments are those of docs/audit-format.md.
"""
import argparse
import base64
import datetime
import hashlib
import json
import math
import os
import re
import sys
from collections import OrderedDict

MAX_LINE_UNITS = 16 * 1024 * 1024
ZERO_HASH = "0" * 64
REMEMBERED = 1_000_000
TICKETS = 200_000
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


def texts(value):
    return isinstance(value, list) and all(any_text(item) for item in value)


def counts(value):
    return isinstance(value, dict) and all(is_count(item) for item in value.values())


PEOPLE = dict(users=optional(texts), teams=optional(texts), roles=optional(texts))
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
        status=one_of("ok", "tool_error", "rpc_error", "upstream_failed", "withheld", "cancelled", "input_required"),
    ),
    "object": dict(
        author=any_text, changes=list_of(kind=is_text, name=is_text, action=is_text, digest=optional(is_hash)),
        passkeys=optional(list_of(name=is_text, user=is_text, credential=is_text, key=is_text, rpId=is_text)),
    ),
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
    "approval": dict(
        what=one_of(
            "requested", "approved", "granted", "refused", "revoked", "expired", "drained", "superseded", "consumed", "read", "claimed",
            "unclaimed", "reminded", "escalated", "withdrawn",
        ),
        ticket=is_text, digest=is_hash, binding=is_hash, agent=is_text, by=optional(is_text), user=optional(is_text), call=optional(is_text),
        created=optional(is_time), expires=optional(is_time), quorum=optional(is_count), held=optional(is_count), definition=optional(is_hash),
        approvers=optional(record(escalate=optional(record(**PEOPLE)), **PEOPLE)), onBehalfOf=optional(is_text), teams=optional(texts), roles=optional(texts),
        passkeyRequired=optional(flag),
        passkey=optional(record(
            name=is_text, credential=is_text, key=is_text, rpId=is_text, nonce=is_text, authenticatorData=is_text, clientData=is_text, signature=is_text,
        )),
    ),
    "shadow": {
        "differences": list_of(live=is_text, liveEffect=is_text, shadow=is_text, shadowEffect=is_text, agent=any_text, count=is_count, call=is_text),
        "beyond": is_count, "from": is_time,
    },
    "drill": dict(instance=is_text, freeze=is_text, counts=counts, elapsedMs=amount),
    "incident": dict(what=is_text, reason=any_text, count=is_count),
    "anchor": dict(what=one_of("failed", "recovered"), anchor=is_text, kind=is_text, size=is_count),
    "grant": dict(what=one_of("used"), grant=is_text, agent=is_text, binding=is_hash, rule=is_text, call=is_text),
    "erasure": dict(
        what=one_of("erased", "withheld", "completed"), cause=one_of("retention", "request"), values=is_count, rule=optional(is_text),
        request=optional(is_text), entries=optional(list_of(**{"from": is_count, "to": is_count})), held=optional(is_count),
    ),
    "archive": {"from": is_count, "to": is_count, "hash": is_hash, "file": is_hash, "rule": is_text, "author": any_text},
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


def milliseconds(time):
    match = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z\Z", time)
    if not match:
        return None
    parts = [int(part) for part in match.groups()]
    try:
        moment = datetime.datetime(*parts[:6], tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    return round((moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds()) * 1000 + parts[6]


def is_late(time, expires):
    if not isinstance(expires, str) or milliseconds(time) is None or milliseconds(expires) is None:
        return False
    return milliseconds(time) >= milliseconds(expires)


LIVE = ("open", "granted", "refused")
STEPS = {
    "approved": (("open",), "open"), "granted": (("open",), "granted"), "refused": (("open",), "refused"), "revoked": (("granted",), "over"),
    "escalated": (("open",), "open"), "consumed": (("granted",), "consumed"), "expired": (LIVE, "over"), "drained": (LIVE, "over"), "superseded": (LIVE, "over"),
    "withdrawn": (LIVE, "over"),
}


class Approvals:
    """Section 6.1: what ties an approval to what ran."""

    def __init__(self):
        self.tickets, self.used, self.partial, self.bound = OrderedDict(), OrderedDict(), False, 0
        self.standing, self.uses = set(), OrderedDict()
        self.passkeys, self.parts = OrderedDict(), False

    def step(self, content):
        name, what = content["ticket"], content["what"]
        ticket = self.tickets.get(name)
        if what == "requested":
            if ticket:
                raise Breach("approval-order", "one request", name)
            digest = approval_digest(content)
            if digest is not None and digest != content["digest"]:
                raise Breach("approval-digest", digest, content["digest"])
            remember(self.tickets, name, {"requested": content, "state": "open", "voters": [], "approvals": 0, "escalated": False, "call": None, "decision": None}, TICKETS)
            return
        if ticket is None:
            if self.partial:
                return
            raise Breach("approval-order", "a request before", what)
        for member in ("digest", "binding", "agent"):
            if content[member] != ticket["requested"][member]:
                raise Breach("approval-changed", ticket["requested"][member], content[member])
        if what not in STEPS:
            return
        states, following = STEPS[what]
        if ticket["state"] not in states:
            raise Breach("approval-order", " or ".join(states), ticket["state"])
        if what in ("approved", "granted", "refused"):
            self.vote(ticket, content)
        elif what == "escalated":
            ticket["escalated"] = True
        elif what == "consumed":
            if is_late(content["time"], ticket["requested"].get("expires")):
                raise Breach("approval-expired", ticket["requested"]["expires"], content["time"])
            if "call" not in content:
                raise Breach("approval-order", "a call", "none")
            ticket["call"] = content["call"]
            remember(self.used, content["call"], name, TICKETS)
        ticket["state"] = following

    def vote(self, ticket, vote):
        asked = ticket["requested"]
        by, user, place = vote.get("by"), vote.get("user"), vote.get("onBehalfOf")
        if is_late(vote["time"], asked.get("expires")):
            raise Breach("approval-expired", asked["expires"], vote["time"])
        if by is None and user is None:
            raise Breach("approval-voter", "somebody", "nobody")
        if any(name is not None and name in (asked.get("asUser"), asked.get("owner")) for name in (by, user, place)):
            raise Breach("approval-voter", "somebody else than who asked", str(by))
        if any((by is not None and by == other[0]) or any(name is not None and name in other[1:] for name in (user, place)) for other in ticket["voters"]):
            raise Breach("approval-voter", "one vote of each person", str(by))
        approvers = asked.get("approvers")
        if isinstance(approvers, dict):
            given = {"users": [user if place is None else place], "teams": vote.get("teams", []), "roles": vote.get("roles", [])}
            asked_now = [approvers] + ([approvers["escalate"]] if ticket["escalated"] and "escalate" in approvers else [])
            if not any(set(one.get(kind, [])) & set(names) for one in asked_now for kind, names in given.items()):
                raise Breach("approval-voter", "an approver", str(by))
        ticket["voters"].append((by, user, place))
        if vote["what"] != "refused":
            ticket["approvals"] += 1
        if vote["what"] == "granted" and ticket["approvals"] < asked.get("quorum", 1):
            raise Breach("approval-quorum", str(asked.get("quorum", 1)), str(ticket["approvals"]))
        self.passkey(asked, vote)

    def passkey(self, asked, vote):
        """Section 6.3."""
        evidence, by, user = vote.get("passkey"), vote.get("by"), vote.get("user")
        if evidence is None:
            if asked.get("passkeyRequired") is True and vote["what"] != "refused":
                raise Breach("approval-passkey", "an assertion", "none")
            return
        if by is None or user is None:
            raise Breach("approval-passkey", "a voter who is linked to a user", str(by))
        known = self.passkeys.get(evidence["name"])
        if known is None and not self.partial and not self.parts:
            raise Breach("approval-passkey", "a registered passkey", evidence["name"])
        if known is not None and (known["user"] != user or any(known[member] != evidence[member] for member in ("credential", "key", "rpId"))):
            raise Breach("approval-passkey", "the passkey that was registered", evidence["name"])
        verdict = "refuse" if vote["what"] == "refused" else "approve"
        said = {"v": 1, "for": "sallyport-approval", "ticket": vote["ticket"], "digest": asked["digest"], "by": by, "user": user, "verdict": verdict}
        if not assertion_good({**said, "nonce": evidence["nonce"]}, evidence):
            raise Breach("approval-passkey", "a good assertion", evidence["name"])

    def decision(self, seq, content):
        """Of a decision that allows and is in force."""
        call, name = content["call"], content.get("approval")
        if name is None:
            if call in self.used:
                raise Breach("grant-missing", self.used[call], "a decision that names none")
            return
        if name.startswith("grant/"):
            self.standing_decision(name[6:], content)
            return
        ticket = self.tickets.get(name)
        if ticket is None:
            if self.partial:
                return
            raise Breach("grant-missing", "an approval that was granted", name)
        if ticket["decision"] is not None:
            raise Breach("grant-twice", "one call", "entry %d" % ticket["decision"])
        if ticket["state"] != "consumed" or ticket["call"] != call:
            raise Breach("grant-missing", "a grant that call %s used up" % call, ticket["state"])
        asked, principal = ticket["requested"], content.get("principal", {})
        same = principal.get("agent") == asked.get("agent") and principal.get("user") == asked.get("asUser")
        same = same and ("definition" not in asked or content.get("definition") == asked["definition"])
        if not same or any(content.get(member) != asked.get(member) for member in ("method", "server", "tool", "prompt", "resource")):
            raise Breach("grant-of-another", name, call)
        ticket["decision"] = seq
        self.used.pop(call, None)
        self.bound += 1


    def objects(self, content):
        for change in content["changes"]:
            if change["kind"] == "passkey":
                self.passkeys.pop(change["name"], None)
            if change["kind"] == "grant" and change["action"] == "delete":
                self.standing.discard(change["name"])
            elif change["kind"] == "grant":
                self.standing.add(change["name"])
        for one in content.get("passkeys", []):
            self.parts = self.parts or len(self.passkeys) >= TICKETS
            remember(self.passkeys, one["name"], one, TICKETS)

    def use(self, content):
        if not self.partial and content["grant"] not in self.standing:
            raise Breach("grant-missing", "a standing grant", content["grant"])
        remember(self.uses, content["call"], content, TICKETS)

    def standing_decision(self, name, content):
        use, principal = self.uses.get(content["call"]), content.get("principal", {})
        if use is None or use["grant"] != name:
            if self.partial:
                return
            raise Breach("grant-missing", "a use of the standing grant", name)
        used = [use.get(member) for member in ("agent", "asUser", "server", "tool")]
        if used != [principal.get("agent"), principal.get("user"), content.get("server"), content.get("tool")]:
            raise Breach("grant-of-another", name, content["call"])
        del self.uses[content["call"]]
        self.bound += 1


def approval_digest(asked):
    if not all(isinstance(asked.get(member), str) for member in ("nonce", "created", "expires", "rule", "ruleHash")) or "held" not in asked:
        return None
    created, expires = milliseconds(asked["created"]), milliseconds(asked["expires"])
    if created is None or expires is None:
        return None
    return sha256_hex(canonical({
        "v": 1, "id": asked["ticket"], "nonce": asked["nonce"], "createdMs": created, "expiresMs": expires, "binding": asked["binding"],
        "rule": asked["rule"], "ruleHash": asked["ruleHash"], "revision": asked["held"],
    }))


class Ledger:
    def __init__(self):
        self.approvals = Approvals()
        self.open, self.lost, self.fates, self.allowed = {}, OrderedDict(), OrderedDict(), OrderedDict()
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
        elif kind == "system" and content["event"] == "approval":
            self.approvals.step(content)
        elif kind == "system" and content["event"] == "grant":
            self.approvals.use(content)
        elif kind == "object":
            self.approvals.objects(content)
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
            self.approvals.decision(seq, content)

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


def remember(memory, key, value, limit=REMEMBERED):
    # An OrderedDict: the oldest key of a plain one is found only after every hole before it.
    memory[key] = value
    if len(memory) > limit:
        memory.popitem(last=False)


# --- the tree (section 7) -----------------------------------------------------------------------------------------------------------


def leaf_hash(entry_hash):
    return sha256(b"\0" + bytes.fromhex(entry_hash))


def node_hash(left, right):
    return sha256(b"\1" + left + right)


class Tree:
    def __init__(self):
        self.roots, self.size = [], 0

    def push(self, leaf, leaves=1):
        size = leaves
        while self.roots and self.roots[-1][1] == leaves:
            leaf = node_hash(self.roots.pop()[0], leaf)
            leaves *= 2
        self.roots.append((leaf, leaves))
        self.size += size

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


def parse_key(text, kind=1):
    match = VERIFIER_KEY.match(text)
    typed = strict_base64(match.group(3)) if match else None
    if typed is None or len(typed) != 33 or typed[0] != kind:
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


def cosigned(checkpoint, key):
    """Section 8.1: the time a witness gave, None without a line of its key."""
    found = None
    for name, key_id, signature in checkpoint["signatures"]:
        if name != key["name"] or key_id != key["id"]:
            continue
        seconds = int.from_bytes(signature[:8], "big")
        message = ("cosignature/v1\ntime %d\n%s" % (seconds, checkpoint["text"])).encode("utf-8")
        if len(signature) != 72 or seconds > 8_640_000_000_000 or not ed25519_good(key["key"], message, signature[8:]):
            raise Breach("anchor-signature", "a good cosignature of %s" % name, "a bad one")
        found = seconds if found is None else found
    return found


class TreeCheck:
    def __init__(self, notes, keys, witnesses=(), authorities=()):
        self.witnesses, self.authorities, self.facts = [parse_key(key, 4) for key in witnesses], list(authorities), {}
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
            self.anchors(due)
            self.next += 1

    def end(self):
        if self.next < len(self.expected):
            raise Breach("checkpoint-size", "%d entries" % self.expected[self.next]["size"], "the end of the log")
        for key in self.witnesses:
            if ("witness", key["name"]) not in self.facts:
                raise Breach("anchor-missing", "a checkpoint that %s cosigned" % key["name"], "none")
        if self.authorities and not any(kind == "rfc3161" for kind, _ in self.facts):
            raise Breach("anchor-missing", "a checkpoint with a time stamp", "none")

    def anchors(self, checkpoint):
        for key in self.witnesses:
            seconds = cosigned(checkpoint, key)
            if seconds is not None:
                self.facts["witness", key["name"]] = {"kind": "witness", "name": key["name"], "size": checkpoint["size"], "seconds": seconds}
        for name, key_id, token in checkpoint["signatures"] if self.authorities else ():
            if sha256(name.encode() + b"\n\xffsallyport/rfc3161")[:4].hex() == key_id:
                seconds, authority = check_time_stamp(token, checkpoint["text"], self.authorities)
                self.facts["rfc3161", authority] = {"kind": "rfc3161", "name": authority, "size": checkpoint["size"], "seconds": seconds}


# --- properties (section 6.2) ---------------------------------------------------------------------------------------------------------

PROPERTIES = {
    "chain": "line canonical header hash content-hash organization sequence prev expected-head",
    "contents": "content",
    "revisions": "revision-decreased revision-source object-revision judged-ahead outcome-of-void-decision",
    "decisions": "decided-twice outcome-without-decision outcome-of-denial outcome-of-another-call outcome-twice",
    "gaps": "gap-without-decision outcome-missing",
    "approvals": "approval-order approval-changed approval-digest approval-voter approval-quorum approval-expired approval-passkey grant-missing grant-twice grant-of-another",
    "checkpoints": "checkpoint-form checkpoint-origin checkpoint-root checkpoint-signature checkpoint-size",
    "anchors": "anchor-signature anchor-missing",
}


def results_of(broken, empty, partial, given):
    def result(name):
        if broken in PROPERTIES[name].split():
            return "broken"
        tree = name in ("checkpoints", "anchors")
        if empty or (tree and (partial or name not in given)):
            return "unchecked"
        return "unfinished" if broken else "partly" if partial else "holds"

    return [{"property": name, "result": result(name)} for name in PROPERTIES]


# --- time stamps (section 8.2): DER, certificates, RSA and ECDSA, plain and slow ---------------------------------------------------------

DIGESTS = {"608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512"}
SIGNATURES = {
    "2a864886f70d010101": ("rsa", None), "2a864886f70d01010b": ("rsa", "sha256"), "2a864886f70d01010c": ("rsa", "sha384"),
    "2a864886f70d01010d": ("rsa", "sha512"), "2a8648ce3d040302": ("ec", "sha256"), "2a8648ce3d040303": ("ec", "sha384"),
    "2a8648ce3d040304": ("ec", "sha512"),
}
CURVES = {
    # p, b, x, y, n of P-256 and P-384 (FIPS 186-4 appendix D.1.2)
    "2a8648ce3d030107": (
        2**256 - 2**224 + 2**192 + 2**96 - 1, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    "2b81040022": (
        2**384 - 2**128 - 2**96 + 2**32 - 1, 0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973),
}
NO_VALUE = (-1, b"", b"")


def der(data):
    """The values one after another as (tag, body, whole); none when the bytes are not exactly that."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data) or data[at] & 31 == 31:
            return []
        start, length = at + 2, data[at + 1]
        if length >= 128:
            count = length & 127
            if not 1 <= count <= 4 or start + count > len(data):
                return []
            length, start = int.from_bytes(data[start : start + count], "big"), start + count
        if start + length > len(data):
            return []
        found.append((data[at], data[start : start + length], data[at : start + length]))
        at = start + length
    return found


def part(value, index):
    parts = der(value[1])
    return parts[index] if index < len(parts) else NO_VALUE


def find(values, wanted):
    return next((value for value in values if value[0] == wanted), NO_VALUE)


def read_certificates(pem):
    texts = re.findall(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", pem)
    return [base64.b64decode("".join(text.split())) for text in texts]


def certificate_facts(raw):
    body, algorithm, signature = (der((der(raw) or [NO_VALUE])[0][1]) + [NO_VALUE] * 3)[:3]
    fields = der(body[1])
    if fields and fields[0][0] == 0xA0:
        fields = fields[1:]
    fields = (fields + [NO_VALUE] * 6)[:6] + fields[6:]
    extensions = {}
    for one in der(part(find(fields, 0xA3), 0)[1]):
        members = der(one[1])
        if members:
            extensions[members[0][1].hex()] = (any(m[0] == 1 and m[1] == b"\xff" for m in members[1:]), members[-1][1])
    return {"raw": raw, "signed": body[2], "algorithm": part(algorithm, 0)[1].hex(), "signature": signature[1][1:], "issuer": fields[2][2],
            "valid": [time_of(one) for one in der(fields[3][1])], "subject": fields[4][2], "key": fields[5][2], "extensions": extensions}


def time_of(value):
    text = value[1].decode("latin-1")
    if value[0] == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    match = re.match(r"([0-9]{14})(?:\.[0-9]{1,9})?Z\Z", text)
    if not match:
        return None
    try:
        moment = datetime.datetime.strptime(match.group(1), "%Y%m%d%H%M%S").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    return round(moment.timestamp())


def signature_good(key, kind, digest, message, signature):
    algorithm, bits = part((0, der(key)[0][1] if der(key) else b"", b""), 0), part((0, der(key)[0][1] if der(key) else b"", b""), 1)
    hashed = hashlib.new(digest, message).digest()
    if kind == "rsa":
        if part(algorithm, 0)[1].hex() != "2a864886f70d010101":
            return False
        numbers = der((der(bits[1][1:]) or [NO_VALUE])[0][1])
        if len(numbers) != 2:
            return False
        modulus, exponent = (int.from_bytes(number[1], "big") for number in numbers)
        size = (modulus.bit_length() + 7) // 8
        name = bytes.fromhex(next(oid for oid, known in DIGESTS.items() if known == digest))
        info = b"\x30" + bytes([len(name) + 6 + len(hashed) + 2]) + b"\x30" + bytes([len(name) + 4, 6, len(name)]) + name + b"\x05\x00\x04" + bytes([len(hashed)]) + hashed
        padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        return len(signature) == size and pow(int.from_bytes(signature, "big"), exponent, modulus) == int.from_bytes(padded, "big")
    curve = CURVES.get(part(algorithm, 1)[1].hex())
    numbers = der((der(signature) or [NO_VALUE])[0][1])
    if curve is None or len(numbers) != 2 or bits[1][1:2] != b"\x04":
        return False
    p, b, x, y, n = curve
    if signature != strict_pair(signature, n.bit_length()):
        return False
    size = (p.bit_length() + 7) // 8
    point = bits[1][2:]
    public = (int.from_bytes(point[:size], "big"), int.from_bytes(point[size:], "big"))
    r, s = (int.from_bytes(number[1], "big") for number in numbers)
    if len(point) != 2 * size or not (0 < r < n and 0 < s < n) or (public[1] ** 2 - public[0] ** 3 + 3 * public[0] - b) % p:
        return False
    value = int.from_bytes(hashed, "big") >> max(0, 8 * len(hashed) - n.bit_length())
    inverse = pow(s, -1, n)
    found = curve_add(curve_multiply(value * inverse % n, (x, y), p), curve_multiply(r * inverse % n, public, p), p)
    return found is not None and found[0] % n == r


MAX_PART_BYTES = 1500
EC_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
ED_KEY = bytes.fromhex("302a300506032b6570032100")
ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::[0-9]{1,5})?\Z")


def base64url(text):
    """Bytes of the one spelling that base64url without padding gives; None for anything else."""
    if not re.match(r"[A-Za-z0-9_-]+\Z", text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    same = base64.urlsafe_b64encode(data).decode("ascii").rstrip("=") == text
    return data if same and len(data) <= MAX_PART_BYTES else None


def assertion_good(said, evidence):
    """Section 6.3: the assertion of a passkey (WebAuthn) over what is said."""
    data, client, signature, key = (base64url(evidence[member]) for member in ("authenticatorData", "clientData", "signature", "key"))
    if data is None or client is None or signature is None or key is None:
        return False
    try:
        told = parse_json(client.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    challenge = base64.urlsafe_b64encode(sha256(canonical(said).encode("utf-8"))).decode("ascii").rstrip("=")
    if not isinstance(told, dict) or told.get("type") != "webauthn.get" or told.get("challenge") != challenge or told.get("crossOrigin") is True:
        return False
    origin = ORIGIN.match(told["origin"]) if isinstance(told.get("origin"), str) else None
    if origin is None or (origin.group(1) != "https" and origin.group(2) != "localhost"):
        return False
    if origin.group(2) != evidence["rpId"] and not origin.group(2).endswith("." + evidence["rpId"]):
        return False
    if len(data) < 37 or data[:32] != sha256(evidence["rpId"].encode("utf-8")) or data[32] & 5 != 5:
        return False
    return passkey_signed(key, data + sha256(client), signature)


def passkey_signed(key, message, signature):
    if key[: len(ED_KEY)] == ED_KEY and len(key) == len(ED_KEY) + 32:
        return len(signature) == 64 and ed25519_good(key[len(ED_KEY) :], message, signature)
    if key[: len(EC_KEY)] == EC_KEY and len(key) == len(EC_KEY) + 65:
        return signature_good(key, "ecdsa", "sha256", message, signature)
    modulus = (der((der((part((0, der(key)[0][1] if der(key) else b"", b""), 1)[1] or b"\0")[1:]) or [NO_VALUE])[0][1]) or [NO_VALUE])[0]
    return int.from_bytes(modulus[1], "big").bit_length() >= 2048 and signature_good(key, "rsa", "sha256", message, signature)


def strict_pair(signature, bits):
    """The two numbers of an ECDSA signature as DER has them: nothing else is one (X.690)."""
    numbers = [int.from_bytes(number[1], "big", signed=True) for number in der((der(signature) or [NO_VALUE])[0][1])]
    if any(number <= 0 or number.bit_length() > bits for number in numbers):
        return b""
    whole = b"".join(bytes([2, number.bit_length() // 8 + 1]) + number.to_bytes(number.bit_length() // 8 + 1, "big") for number in numbers)
    return (bytes([0x30, len(whole)]) if len(whole) < 128 else bytes([0x30, 0x81, len(whole)])) + whole


def curve_add(a, b, p):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % p == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
    x = (slope * slope - a[0] - b[0]) % p
    return x, (slope * (a[0] - x) - a[1]) % p


def curve_multiply(factor, point, p):
    result = None
    while factor:
        if factor & 1:
            result = curve_add(result, point, p)
        point, factor = curve_add(point, point, p), factor >> 1
    return result


def check_time_stamp(token, text, trusted):
    """Returns the seconds and the subject of the authority. trusted: certificates in DER."""

    def need(holds, what):
        if not holds:
            raise Breach("anchor-signature", "a good time stamp", what)

    values = der(token) if len(token) <= 10 * 1024 else []
    need(len(values) == 1 and part(values[0], 0)[1].hex() == "2a864886f70d010702", "it is no signed time stamp")
    parts = der(part(part(values[0], 1), 0)[1])
    need(len(parts) >= 4, "it is no signed time stamp")
    content = part(part(parts[2], 1), 0)
    need(part(parts[2], 0)[1].hex() == "2a864886f70d0109100104" and content[0] == 4, "what is signed is no time stamp")
    facts = der(content[1])[0] if der(content[1]) else NO_VALUE
    imprint = part(facts, 2)
    need(part(facts, 0)[1] == b"\x01" and part(part(imprint, 0), 0)[1].hex() == "608648016503040201", "it is not over a SHA-256")
    need(part(imprint, 1)[1] == sha256(text.encode("utf-8")), "it is a stamp of something else")
    seconds = time_of(part(facts, 4)) if part(facts, 4)[0] == 0x18 else None
    need(seconds is not None, "it has no time")
    certificates = [one[2] for one in der(find(parts, 0xA0)[1])] + trusted
    need(parts[-1][0] == 0x31 and len(der(parts[-1][1])) == 1, "it has not exactly one signer")
    _, _, digest_algorithm, attributes, algorithm, signature = (der(part(parts[-1], 0)[1]) + [NO_VALUE] * 6)[:6]
    digest = DIGESTS.get(part(digest_algorithm, 0)[1].hex())
    named = {part(one, 0)[1].hex(): part(part(one, 1), 0) for one in der(attributes[1])}
    need(digest and attributes[0] == 0xA0 and signature[0] == 4, "it is signed in a way that is not read here")
    need(named.get("2a864886f70d010903", NO_VALUE)[1].hex() == "2a864886f70d0109100104", "its signature is not about a time stamp")
    need(named.get("2a864886f70d010904", NO_VALUE)[1] == hashlib.new(digest, content[1]).digest(), "its content is not what was signed")
    signer = next((one for one in certificates if names_certificate(named, one)), None)
    need(signer, "the certificate that it names is not there")
    kind, own = SIGNATURES.get(part(algorithm, 0)[1].hex(), (None, None))
    signer = certificate_facts(signer)
    need(kind and signature_good(signer["key"], kind, own or digest, b"\x31" + attributes[2][1:], signature[1]), "its signature is bad")
    critical, usage = signer["extensions"].get("551d25", (False, b""))
    purposes = [one[1].hex() for one in der(der(usage)[0][1])] if der(usage) else []
    need(critical and purposes == ["2b06010505070308"], "its certificate is not one for time stamping alone")
    need(leads_to(signer, [certificate_facts(one) for one in certificates], trusted, seconds, 0), "its certificate does not lead to a trusted one")
    return seconds, signer["subject"].hex()


def names_certificate(named, raw):
    second, first = named.get("2a864886f70d010910022f", NO_VALUE), named.get("2a864886f70d010910020c", NO_VALUE)
    fields = der(part(part(second, 0), 0)[1])
    digest = DIGESTS.get(part(fields[0], 0)[1].hex()) if fields and fields[0][0] == 0x30 else "sha256"
    hashed = find(fields, 4)
    if hashed[0] == 4:
        return digest is not None and hashlib.new(digest, raw).digest() == hashed[1]
    return part(part(part(first, 0), 0), 0)[1] == hashlib.sha1(raw).digest()


def leads_to(certificate, others, trusted, seconds, depth):
    valid = certificate["valid"]
    if depth > 5 or len(valid) != 2 or None in valid or not valid[0] <= seconds <= valid[1]:
        return False
    if certificate["raw"] in trusted:
        return True
    kind, digest = SIGNATURES.get(certificate["algorithm"], (None, None))
    for issuer in others:
        constraints = der(issuer["extensions"].get("551d13", (False, b""))[1])
        is_authority = bool(constraints) and part(constraints[0], 0)[1] == b"\xff"
        if issuer["subject"] != certificate["issuer"] or not is_authority or digest is None:
            continue
        if signature_good(issuer["key"], kind, digest, certificate["signed"], certificate["signature"]):
            if leads_to(issuer, others, trusted, seconds, depth + 1):
                return True
    return False


# --- the log (section 6) --------------------------------------------------------------------------------------------------------------


def verify_log(lines, org=None, expected=None, partial=False, notes=None, keys=(), witnesses=(), authorities=()):
    """lines: byte strings without LF. Returns a verdict as a dict."""
    ledger, tree = Ledger(), TreeCheck(notes, keys, witnesses, authorities) if notes is not None else None
    given = [name for name, is_given in (("checkpoints", tree), ("anchors", tree and (witnesses or authorities))) if is_given]
    seq, prev, revision, count, number, late, seen = 0, ZERO_HASH, 0, 0, 0, False, expected is None or expected[0] == 0
    try:
        for number, line in enumerate(lines, 1):
            header, entry_hash, content = parse_line(line)
            org = org or header["org"]
            if header["org"] != org:
                raise Breach("organization", org, header["org"])
            if count == 0 and partial and header["seq"] > 1:
                late, ledger.first_seq, ledger.approvals.partial = True, header["seq"], True
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
        return {"state": "broken", "entries": count, "firstBad": first, "properties": results_of(breach.rule, count == 0, late, given)}
    facts = {"entries": count, "head": {"seq": seq, "hash": prev, "revision": revision}, "openCalls": len(ledger.open),
             "lostCalls": ledger.lost_count, "voidDecisions": ledger.voids, "approvedCalls": ledger.approvals.bound}
    if tree and not late:
        facts["anchors"] = list(tree.facts.values())
    return {"state": "cannot_tell" if late or count == 0 else "sound", **facts, "properties": results_of(None, count == 0, late, given)}


def read_lines(stream):
    for line in stream:
        yield line[:-1] if line.endswith(b"\n") else line


# --- the proof of a call (section 9) --------------------------------------------------------------------------------------------------


def verify_proof(text, keys, witnesses=(), authorities=()):
    try:
        proof = parse_json(text)
        return check_proof(proof, keys, witnesses, authorities)
    except Breach as breach:
        return {"state": "broken", "reason": breach.rule}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"state": "broken", "reason": "it is not a proof of version 1"}


def check_proof(proof, keys, witnesses=(), authorities=()):
    if proof["format"] != "sallyport-proof" or proof["version"] != 1:
        raise ValueError("format")
    checkpoint = parse_checkpoint(proof["checkpoint"])
    if checkpoint is None:
        raise Breach("checkpoint-form")
    call, entries, allowed, decisions, before, revisions = proof.get("call"), {}, set(), 0, 0, {}
    if "call" in proof and not isinstance(call, str):
        raise ValueError("call")
    for one in proof["entries"]:
        header, entry_hash, content = parse_line(one["line"].encode("utf-8"))
        if not checkpoint["origin"].startswith("sallyport/%s/" % header["org"]):
            raise Breach("organization")
        path = [bytes.fromhex(part) for part in one["path"] if HASH.match(part)]
        if len(path) != len(one["path"]) or not inclusion_holds(leaf_hash(entry_hash), header["seq"] - 1, checkpoint["size"], path, checkpoint["root"]):
            raise Breach("inclusion")
        if header["seq"] <= before:
            raise Breach("order")
        before = header["seq"]
        entries[header["seq"]] = content
        revisions[header["seq"]] = header["revision"]
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
    if call is not None:
        check_bindings(call, entries, revisions, allowed, proof["documents"])
    trusted = [key for key in map(parse_key, keys or proof["keys"]) if key]
    signer = signed_by(checkpoint, trusted)
    if signer is None:
        raise Breach("checkpoint-signature")
    others = TreeCheck([], [], witnesses, authorities)
    others.anchors(checkpoint)
    others.end()
    facts = {"call": call, "signedBy": signer["text"], "entries": sorted(entries), "anchors": list(others.facts.values())}
    return {"state": "sound" if keys else "cannot_tell", **facts}


def check_bindings(call, entries, revisions, allowed, documents):
    """The last paragraph of section 9: approvals are bound to the call, and the rule that decided to the text of its policy."""

    def rules_of(name):
        parts = str(name).split("/")
        if len(parts) != 2:
            return []
        found = []
        for document in documents:
            if document["kind"] == "policy" and document["name"] == parts[0]:
                rules = parse_json(document["text"]).get("spec", {}).get("rules", [])
                found += [rule for rule in rules if isinstance(rule, dict) and rule.get("name") == parts[1]]
        return found

    def organization_demands(held):
        found = [one for one in documents if one["kind"] == "organization" and revisions[one["entry"]] <= (held or 0)]
        if not found:
            return False
        spec = parse_json(max(found, key=lambda one: revisions[one["entry"]])["text"]).get("spec", {})
        return (spec.get("approvals", {}).get("approvers") or {}).get("passkey") is True

    approvals = Approvals()
    approvals.parts = True
    tickets = {content.get("approval") for content in entries.values() if content["type"] == "decision"}
    for seq, content in sorted(entries.items()):
        if content["type"] == "system" and content["event"] == "approval":
            if content["ticket"] not in tickets:
                raise Breach("another approval")
            approvals.step(content)
            asked = rules_of(content.get("rule")) if content["what"] == "requested" and "ruleHash" in content else []
            asked_under = [rule for rule in asked if sha256_hex(canonical(rule)) == content["ruleHash"]]
            if asked and not asked_under:
                raise Breach("rule")
            if content.get("passkeyRequired") is not True and asked_under:
                demands = [approvers_of(rule) for rule in asked_under]
                if any(one is not None and one.get("passkey") is True for one in demands):
                    raise Breach("rule")
                if all(one is None for one in demands) and organization_demands(content.get("held")):
                    raise Breach("rule")
        elif content["type"] == "system" and content["event"] == "grant":
            if content["call"] != call:
                raise Breach("another call")
            if not any(one["kind"] == "grant" and one["name"] == content["grant"] for one in documents):
                approvals.standing.add(content["grant"])
            approvals.use(content)
        elif content["type"] == "object":
            approvals.objects(content)
        elif seq in allowed:
            approvals.decision(seq, content)
            rules = rules_of(content["rule"])
            if rules and not any(rule.get("effect") == "allow" or (rule.get("effect") == "hold" and "approval" in content) for rule in rules):
                raise Breach("rule")


def approvers_of(rule):
    obligations = rule.get("obligations")
    approvers = obligations.get("approvers") if isinstance(obligations, dict) else None
    return approvers if isinstance(approvers, dict) else None


# --- segments (section 10) ------------------------------------------------------------------------------------------------------------


def consistency_holds(old_size, old_root, size, root, proof):
    """RFC 9162 section 2.1.4.2."""
    if not 0 < old_size <= size or len(proof) > 64:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node % 2 == 1:
        node, last = node >> 1, last >> 1
    older = newer = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            older, newer = node_hash(other, older), node_hash(other, newer)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, other)
        node, last = node >> 1, last >> 1
    return last == 0 and older == old_root and newer == root


def tree_of(size, roots):
    tree, left = Tree(), size
    for root in roots:
        if left < 1:
            return None
        leaves = 1 << (left.bit_length() - 1)
        tree.push(root, leaves)
        left -= leaves
    return tree if left == 0 else None


def starts_segment(path):
    with open(path, "rb") as stream:
        return stream.read(15) == b'{"checkpoint":"'


def segment_head(line):
    head = parse_json(line.decode("utf-8"))
    if canonical(head).encode("utf-8") != line or head["format"] != "sallyport-segment" or head["version"] != 1:
        raise ValueError("head")
    hashes = head["roots"] + head["consistency"]
    if not all(isinstance(text, str) for text in [head["org"], head["checkpoint"], *head["keys"]]) or not isinstance(head["keys"], list):
        raise ValueError("head")
    if not (is_count(head["from"]) and is_count(head["to"]) and 1 <= head["from"] <= head["to"] and all(HASH.match(one) for one in hashes)):
        raise ValueError("head")
    return head


def verify_segments(paths, keys):
    """Each segment alone, and all of them, with an export that may come last, as one log."""
    heads, lines, hashes = [], [], []
    for path in paths:
        with open(path, "rb") as stream:
            found = list(read_lines(stream))
        if found and found[0].startswith(b'{"checkpoint":"'):
            try:
                heads.append((path, segment_head(found.pop(0)), len(found)))
            except (ValueError, KeyError, TypeError):
                return {"state": "broken", "reason": path + " has no head of a segment"}
        lines += found
    log = verify_log(lines, partial=True)
    if log["state"] == "broken":
        return {"state": "broken", "log": log}
    at, state = 0, "sound" if heads else log["state"]
    for path, head, count in heads:
        part = [parse_line(line) for line in lines[at:at + count]]
        at += count
        checkpoint, tree = parse_checkpoint(head["checkpoint"]), tree_of(head["from"] - 1, [bytes.fromhex(one) for one in head["roots"]])
        good = checkpoint is not None and tree is not None and checkpoint["origin"].startswith("sallyport/%s/" % head["org"])
        good = good and [one[0]["seq"] for one in part] == list(range(head["from"], head["to"] + 1)) and all(one[0]["org"] == head["org"] for one in part)
        if good and head["from"] == 1:
            good = checkpoint["origin"] == "sallyport/%s/%s" % (head["org"], part[0][1][:16])
        for _, entry_hash, _ in part if good else []:
            tree.push(leaf_hash(entry_hash))
        proof = [bytes.fromhex(one) for one in head["consistency"]]
        if not good or not consistency_holds(head["to"], tree.root(), checkpoint["size"], checkpoint["root"], proof):
            return {"state": "broken", "reason": path + " is not what its checkpoint says"}
        trusted = [key for key in map(parse_key, keys or head["keys"]) if key]
        if signed_by(checkpoint, trusted) is None:
            return {"state": "broken", "reason": path + " has no checkpoint by a trusted key"}
        if not keys:
            state = "cannot_tell"
    return {"state": state, "segments": len(heads), "log": log}


def read_notes(path):
    """Section 8.3: one note, JSON lines, or a folder of either. What is no note is told by the rule checkpoint-form."""
    if os.path.isdir(path):
        return [note for name in sorted(os.listdir(path)) for note in read_notes(os.path.join(path, name))]
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        text = file.read()
    return [note_of(line) for line in text.split("\n") if line] if text.startswith("{") else [text]


def note_of(line):
    try:
        return str(json.loads(line).get("note"))
    except (ValueError, AttributeError):
        return line


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", nargs="*")
    parser.add_argument("--org")
    parser.add_argument("--expect")
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--tsa-ca", action="append", default=[])
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--proof")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if any(parse_key(key) is None for key in args.key):
        parser.error("--key takes a verifier key")
    if any(parse_key(key, 4) is None for key in args.witness):
        parser.error("--witness takes a verifier key of a witness")
    authorities = []
    for path in args.tsa_ca:
        with open(path, encoding="ascii") as file:
            authorities += read_certificates(file.read())
    if args.proof:
        with open(args.proof, encoding="utf-8", newline="") as file:
            verdict = verify_proof(file.read(), args.key, args.witness, authorities)
    elif len(args.log) > 1 or (args.log and args.log[0] != "-" and starts_segment(args.log[0])):
        verdict = verify_segments(args.log, args.key)
    elif args.log:
        log, notes = args.log[0], [] if args.checkpoint else None
        for path in args.checkpoint:
            notes += read_notes(path)
        expected = (int(args.expect.split(":")[0]), args.expect.split(":")[1]) if args.expect else None
        with open(log, "rb") if log != "-" else sys.stdin.buffer as stream:
            verdict = verify_log(read_lines(stream), args.org, expected, args.partial, notes, args.key, args.witness, authorities)
    else:
        parser.error("give a log or --proof")
    print(json.dumps(verdict) if args.json else "%s %s" % (verdict["state"].upper(), json.dumps(verdict)))
    return {"sound": 0, "broken": 1}.get(verdict["state"], 2)


if __name__ == "__main__":
    sys.exit(main())
