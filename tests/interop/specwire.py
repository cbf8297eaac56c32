"""WBXML and XML of SyncML DM and TNDS, and BER-TLV; for spec-card.py."""
import base64
import hashlib
import xml.etree.ElementTree as ET

# ---- WBXML and XML: elements are [page, name, content...]; text is bytes

PAGES = (
    dict(enumerate('''Add Alert Archive Atomic Chal Cmd CmdID CmdRef Copy Cred
    Data Delete Exec Final Get Item Lang LocName LocURI Map MapItem Meta MsgID
    MsgRef NoResp NoResults Put Replace RespURI Results Search Sequence
    SessionID SftDel Source SourceRef Status Sync SyncBody SyncHdr SyncML
    Target TargetRef - VerDTD VerProto NumberOfChanges MoreData Field Filter
    Record FilterType SourceParent TargetParent Move Correlator'''.split(),
                   5)),
    dict(enumerate('''Anchor EMI Format FreeID FreeMem Last Mark MaxMsgSize Mem
    MetInf Next NextNonce SharedMem Size Type Version MaxObjSize
    FieldLevel'''.split(), 5)),
    dict(enumerate('''AccessType ACL Add b64 bin bool chr CaseSense CIS Copy CS
    date DDFName DefaultValue Delete Description DFFormat DFProperties DFTitle
    DFType Dynamic Exec float Format Get int Man MgmtTree MIME Mod Name Node
    node NodeName null Occurrence One OneOrMore OneOrN Path Permanent Replace
    RTProperties Scope Size time Title TStamp Type Value VerDTD VerNo xml
    ZeroOrMore ZeroOrN ZeroOrOne'''.split(), 5)))
TOKENS = [{name: token for token, name in page.items()} for page in PAGES]
SPACES = ('SYNCML:SYNCML1.2', 'syncml:metinf', 'syncml:dmddf1.2')
FPI = b'-//OMA//DTD-DM-DDF 1.2//EN\0'
TNDS = 'application/vnd.syncml.dmtnds+'


class Bad(Exception):
    """Cannot be read."""


class Reader:
    def __init__(self, data):
        self.data, self.at, self.page = data, 0, 0

    def byte(self):
        if self.at >= len(self.data):
            raise Bad('the end')
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        n = 0
        for _ in range(5):
            b = self.byte()
            n = n << 7 | b & 0x7F
            if b < 0x80:
                return n
        raise Bad('a number')

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Bad('the end')
        self.at += n
        return self.data[self.at - n:self.at]

    def string(self, data, at):
        end = data.find(b'\0', at)
        if end < 0:
            raise Bad('a string')
        return data[at:end]

    def document(self):
        if self.byte() > 3:
            raise Bad('version')
        if self.number() == 0:
            self.number()
        self.number()
        self.table = self.take(self.number())
        while True:
            b = self.byte()
            if b:
                return self.element(b)
            self.page = self.byte()

    def element(self, tag):
        if tag & 0x80 or self.page > 2 or tag & 0x3F not in PAGES[self.page]:
            raise Bad('a tag')
        e = [self.page, PAGES[self.page][tag & 0x3F]]
        while tag & 0x40:
            b = self.byte()
            if b == 0:
                self.page = self.byte()
            elif b == 1:
                break
            elif b == 2:
                e.append(chr(self.number()).encode())
            elif b == 3:
                e.append(self.string(self.data, self.at))
                self.at += len(e[-1]) + 1
            elif b == 0x83:
                e.append(self.string(self.table, self.number()))
            elif b == 0xC3:
                e.append(self.take(self.number()))
            else:
                e.append(self.element(b))
        return e


def from_xml(data):
    def element(x, page):
        space, _, name = x.tag.rpartition('}')
        if space and space[1:] in SPACES:
            page = SPACES.index(space[1:])
        elif name == 'MgmtTree':
            page = 2
        e = [page, name]
        if x.text and (len(x) == 0 or x.text.strip()):
            e.append(x.text.encode())
        below = 1 if name == 'Meta' else page
        return e + [element(kid, below) for kid in x]
    try:
        return element(ET.fromstring(data), 0)
    except ET.ParseError as e:
        raise Bad(str(e)) from e


def number(n):
    out = [n & 0x7F]
    while n > 0x7F:
        n >>= 7
        out.insert(0, n & 0x7F | 0x80)
    return bytes(out)


def text_token(data):
    if b'\0' not in data:
        try:
            data.decode()
            return b'\3' + data + b'\0'
        except UnicodeDecodeError:
            pass
    return b'\xC3' + number(len(data)) + data


def to_wbxml(e):
    page = [0]

    def put(e):
        out = b''
        if e[0] != page[0]:
            page[0] = e[0]
            out = bytes([0, e[0]])
        token = TOKENS[e[0]][e[1]]
        if len(e) == 2:
            return out + bytes([token])
        out += bytes([token | 0x40])
        for kid in e[2:]:
            if isinstance(kid, bytes):
                out += text_token(kid)
            elif kid[1] == 'MgmtTree' and e[1] == 'Data':
                whole = to_wbxml(kid)
                out += b'\xC3' + number(len(whole)) + whole
            else:
                out += put(kid)
        return out + b'\1'
    if e[1] == 'MgmtTree':
        return b'\2\0\0\x6A' + number(len(FPI)) + FPI + put(e)
    return b'\2\xA4\1\x6A\0' + put(e)


def to_xml(e, above=None):
    name = e[1]
    head = '<%s xmlns="%s">' % (name, SPACES[e[0]]) if e[0] != above else \
        '<%s>' % name
    out = head.encode()
    for kid in e[2:]:
        if isinstance(kid, bytes):
            out += kid.replace(b'&', b'&amp;').replace(b'<', b'&lt;')
        else:
            out += to_xml(kid, e[0])
    return out + ('</%s>' % name).encode()


def kids(e, name=None):
    return [k for k in e[2:] if not isinstance(k, bytes) and
            name in (None, k[1])]


def kid(e, *names):
    for name in names:
        found = kids(e, name) if e else []
        e = found[0] if found else None
    return e


def text(e, *names):
    e = kid(e, *names)
    return None if e is None else \
        b''.join(k for k in e[2:] if isinstance(k, bytes))


def word(e, *names):
    t = text(e, *names)
    return None if t is None else t.decode(errors='replace').strip()


def el(name, *content):
    return [0, name] + [c.encode() if isinstance(c, str) else c
                        for c in content if c is not None]


def meta(**fields):
    return el('Meta', *([1, k, v.encode()] for k, v in fields.items()))


# ---- objects

class Sw(Exception):
    """A status word that is no success."""


def tlv(tag, *values):
    value = b''.join(values)
    n = len(value)
    size = bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else \
        bytes([0x82, n >> 8, n & 0xFF])
    return bytes.fromhex(tag) + size + value


def head_of(data):
    """Tag, bytes before the content, bytes of it; None: not all is here."""
    if len(data) < 2:
        return None
    n, at = data[1], 2
    if n >= 0x80:
        if not 0x81 <= n <= 0x84:
            raise Bad('length')
        at = 2 + (n & 0x7F)
        if len(data) < at:
            return None
        n = int.from_bytes(data[2:at], 'big')
    return data[0], at, n


def objects(data, most):
    """The objects that are known, by tag; most: the bytes that each has."""
    got = {}
    while data:
        head = head_of(data)
        if head is None or len(data) < head[1] + head[2]:
            raise Bad('an object')
        tag, at, n = head
        if tag & 0x1F == 0x1F:
            raise Bad('a tag of two bytes')
        if tag in most:
            if tag in got or most[tag] is not None and n > most[tag]:
                raise Bad('an object')
            got[tag] = data[at:at + n]
        data = data[at + n:]
    return got


def b4(n):
    return n.to_bytes(4, 'big')


def b64md5(data):
    return base64.b64encode(hashlib.md5(data).digest())
