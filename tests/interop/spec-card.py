#!/usr/bin/env python3
"""A card with the DM-SC application, written from dmsc-card(7) and public
standards alone: it shares no line with the program that it is tested with.
It is of the plainest kind: T=0, one channel, no PKCS#15 application, the
owner by ADM1, servers by auth-md5.

	spec-card.py PORT [N]	in the reader that vpcd has at 127.0.0.1:PORT;
				power fails behind message N, before its
				answer
"""
import base64
import copy
import hashlib
import os
import socket
import sys
import time
import xml.etree.ElementTree as ET
from urllib.parse import unquote

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


# ---- the tree

class Node:
    def __init__(self, fmt='node', value=b'', typ='', acl=''):
        self.fmt, self.value, self.typ, self.acl = fmt, value, typ, acl
        self.title = ''
        self.kids = {} if fmt == 'node' else None


class Fail(Exception):
    """A status that is no success."""


OWN = 'Add=owner&Delete=owner&Get=owner&Replace=owner'
ROOTS = {'DMAcc': 'Add Get Replace', 'Group': 'Add Get Replace',
         'Personal': 'Add Get Replace', 'Inbox': 'Add',
         'Outbox': 'Add Get Replace', 'Device': 'Add Get Replace',
         'Changes': 'Get Replace',
         'DevInfo': 'Get', 'DevInfo/DevId': 'Get', 'DevInfo/Man': 'Get',
         'DevInfo/Mod': 'Get', 'DevInfo/DmV': 'Get',
         'DevInfo/Lang': 'Get Replace'}
ICCID = '89882119999999999997'


def manufacture():
    root = Node(acl='Add=*&Get=*')
    for name in ROOTS:
        acl = {'DMAcc': OWN, 'Outbox': OWN, 'Device': OWN, 'DevInfo': 'Get=*'}.get(name, '')
        if '/' not in name:
            root.kids[name] = Node(acl=acl)
    for name, value in (('DevId', 'ICCID:' + ICCID), ('Man', 'another'),
                        ('Mod', 'spec-card'), ('DmV', '1.2'), ('Lang', 'en')):
        root.kids['DevInfo'].kids[name] = Node('chr', value.encode())
    put(root, 'DMAcc/ma/AppID', 'w7')
    put(root, 'DMAcc/ma/ServerID', 'ma.example')
    put(root, 'DMAcc/ma/AppAuth/server/AAuthLevel', 'SRVCRED')
    put(root, 'DMAcc/ma/AppAuth/server/AAuthType', 'DIGEST')
    put(root, 'DMAcc/ma/AppAuth/server/AAuthName', 'ma.example')
    put(root, 'DMAcc/ma/AppAuth/server/AAuthSecret', 'ma-s3cret')
    put(root, 'Device/ServerID', 'spec.example')
    put(root, 'Device/AppAuth/server/AAuthLevel', 'SRVCRED')
    put(root, 'Device/AppAuth/server/AAuthType', 'DIGEST')
    put(root, 'Device/AppAuth/server/AAuthName', 'spec.example')
    put(root, 'Device/AppAuth/server/AAuthSecret', 'of-the-card')
    put(root, 'Device/AppAuth/server/AAuthData', 'nonce', 'bin')
    put(root, 'Group/Fleet/Mail/Host', 'mail.example')
    put(root, 'Group/Fleet/Mail/Port', '143', 'int')
    return root


def put(root, path, value, fmt='chr'):
    *above, name = path.split('/')
    for part in above:
        root = root.kids.setdefault(part, Node())
    root.kids[name] = Node(fmt, value.encode())


def parts_of(uri):
    if len(uri) > 1024:
        raise Fail(414)
    parts = uri.split('/')
    if parts[0] == '.':
        del parts[0]
    if '' in parts and parts != ['']:
        raise Fail(404)
    return [unquote(p) for p in parts if p]


def escaped(name):
    out = ''.join('%%%02X' % ord(c) if c in '/%' or c < ' ' else c
                  for c in name)
    return '%2E' + out[1:] if out[:1] == '.' else out


class Tree:
    """The tree as one speaker (None: the owner) may use it."""

    def __init__(self, root, who):
        self.root, self.who, self.changed = root, who, False

    def find(self, parts):
        node = self.root
        for part in parts:
            if node.kids is None or part not in node.kids:
                raise Fail(404)
            node = node.kids[part]
        return node

    def may(self, parts, right):
        if self.who is None:
            return True
        acl = ''
        node = self.root
        for part in [None] + parts:
            if part is not None:
                node = node.kids[part]
            acl = node.acl or acl
        for entry in acl.split('&'):
            name, _, ids = entry.partition('=')
            if name == right and {'*', self.who} & set(ids.split('+')):
                return True
        return False

    def need(self, parts, right):
        if not self.may(parts, right):
            raise Fail(425)
        self.made(parts, right)

    def made(self, parts, right):
        made = ROOTS.get('/'.join(parts))
        if not parts and right in ('Delete', 'Replace', 'Exec') or \
                made and right not in made.split():
            raise Fail(405)
        if right == 'Exec':
            raise Fail(406)
        if parts and parts[0] == 'DMAcc' and right == 'Get' and \
                parts[-1] in ('AAuthSecret', 'AAuthData'):
            raise Fail(405)
        if len(parts) == 3 and parts[0] == 'Outbox' and right != 'Get' and \
                parts[2] in ('Status', 'Results'):
            raise Fail(405)

    def add(self, parts, node):
        parent = list(parts[:-1])
        while True:
            try:
                at = self.find(parent)
                break
            except Fail:
                parent.pop()
        if not parts or len(parent) == len(parts) - 1 and \
                at.kids is not None and parts[-1] in at.kids:
            self.need(parts if parts else parent, 'Add')
            raise Fail(418)
        self.need(parent, 'Add')
        if at.kids is None:
            raise Fail(405)
        lacks = self.who is not None and not self.may(parent, 'Replace')
        for part in parts[len(parent):-1]:
            at.kids[part] = Node(acl=self.mine() if lacks else '')
            at = at.kids[part]
        if lacks and node.kids is not None and not node.acl:
            node.acl = self.mine()
        at.kids[parts[-1]] = node
        self.changed = True

    def mine(self):
        return 'Add=%s&Delete=%s&Replace=%s' % ((self.who,) * 3)

    def replace(self, parts, value, fmt, typ):
        node = self.find(parts)
        self.need(parts, 'Replace')
        if node.kids is not None:
            raise Fail(405)
        if '/'.join(parts) in ROOTS and fmt not in (None, node.fmt):
            raise Fail(405)
        node.value, self.changed = value, True
        node.fmt, node.typ = fmt or node.fmt, typ or node.typ

    def delete(self, parts):
        self.find(parts)
        self.need(parts, 'Delete')
        if not parts or '/'.join(parts) in ROOTS:
            raise Fail(405)
        del self.find(parts[:-1]).kids[parts[-1]]
        self.changed = True

    def prop(self, parts, name, value=None):
        node = self.find(parts)
        if value is None:
            if not self.may(parts, 'Get'):
                raise Fail(425)
            got = {'ACL': node.acl, 'Format': node.fmt, 'Title': node.title,
                   'Name': parts[-1] if parts else '', 'Type': node.typ}
            if node.kids is None:
                got['Size'] = str(len(node.value))
            if name not in got:
                raise Fail(406)
            return got[name]
        if not (node.kids is not None and name == 'ACL' or
                name != 'ACL') or not self.may(parts, 'Replace'):
            if name != 'ACL' or not self.may(parts[:-1], 'Replace'):
                raise Fail(425)
        if name not in ('ACL', 'Title', 'Name'):
            raise Fail(405)
        if name == 'Name':
            self.rename(parts, value)
        else:
            setattr(node, name.lower(), value)
        self.changed = True
        return None

    def rename(self, parts, name):
        if not parts or '/'.join(parts) in ROOTS:
            raise Fail(405)
        at = self.find(parts[:-1]).kids
        if name in at:
            raise Fail(418)
        at[name] = at.pop(parts[-1])

    def walk(self, parts):
        """What may be read of a node and all below it."""
        try:
            self.need(parts, 'Get')
        except Fail:
            return
        node = self.find(parts)
        yield parts, node
        for name in node.kids or ():
            yield from self.walk(parts + [name])

    def tnds(self, parts, name, xml):
        node = self.find(parts)
        run = [[2, 'Format', [2, node.fmt]]]
        if node.acl:
            run.insert(0, [2, 'ACL', node.acl.encode()])
        if node.title:
            run.append([2, 'Title', node.title.encode()])
        if node.kids is None:
            run.append([2, 'Type', [2, 'MIME',
                                    (node.typ or 'text/plain').encode()]])
        else:
            run.append([2, 'Type', [2, 'DDFName', node.typ.encode()]
                        if node.typ else [2, 'DDFName']])
        e = [2, 'Node', [2, 'NodeName', name.encode()],
             [2, 'RTProperties'] + run]
        if node.kids is None:
            value = base64.b64encode(node.value) \
                if xml and node.fmt == 'bin' else node.value
            return e + [[2, 'Value', value]]
        for below in node.kids:
            try:
                self.need(parts + [below], 'Get')
            except Fail:
                continue
            e.append(self.tnds(parts + [below], below, xml))
        return e


def document(data, item):
    """The MgmtTree in Data, or None."""
    for e in kids(kid(item, 'Data') or [0, '']):
        if e[1] == 'MgmtTree':
            return e
    if data[:1] in (b'\1', b'\2', b'\3'):
        return Reader(data).document()
    return from_xml(data)


def nodes_of(e, name=None):
    """A Node of TNDS as nodes of the tree."""
    run = kid(e, 'RTProperties')
    below = kids(e, 'Node')
    fmt = kids(kid(run, 'Format') or [2, ''])
    fmt = fmt[0][1] if fmt else 'node' if below else 'chr'
    node = Node(fmt, text(e, 'Value') or b'', acl=word(run, 'ACL') or '',
                typ=word(run, 'Type', 'DDFName') or
                word(run, 'Type', 'MIME') or '')
    node.title = (text(run, 'Title') or b'').decode()
    for k in below:
        node.kids[word(k, 'NodeName')] = nodes_of(k)
    return node


# ---- messages

LARGEST, MESSAGE = 65536, 2048


class Responder:
    def __init__(self, card):
        self.card = card
        self.session = self.speaker = None
        self.wait, self.msgid, self.rest = [], 0, None

    def message(self, data, xml, who):
        """who: False nobody, None the owner, else a ServerID."""
        msg = from_xml(data) if xml else Reader(data).document()
        head, body = kid(msg, 'SyncHdr'), kid(msg, 'SyncBody')
        if msg[1] != 'SyncML' or head is None or body is None:
            raise Bad('no message')
        self.xml, self.head, self.cmd = xml, head, 0
        status, chal, who = self.card.judge(head, who)
        session = word(head, 'SessionID'), who
        if session != (self.session, self.speaker):
            self.session, self.speaker = session
            self.wait, self.msgid = [], 0
        self.tree = Tree(copy.deepcopy(self.card.root), who)
        self.half = copy.deepcopy(self.card.half)
        self.out = [self.status('0', 'SyncHdr', status, chal=chal,
                                refs=(word(head, 'Target', 'LocURI'),
                                      word(head, 'Source', 'LocURI')))]
        for e in kids(body):
            if e[1] in ('Final', 'Status', 'Results'):
                continue
            if status in (401, 407):
                self.out.append(self.status(word(e, 'CmdID'), e[1], status))
            else:
                self.command(e)
        answer = self.answer()
        if status not in (401, 407):
            self.card.store(self.tree, self.half)
        return answer

    def status(self, ref, cmd, code, uri=None, chal=None, refs=None):
        return el('Status', el('CmdID', '?'),
                  el('MsgRef', word(self.head, 'MsgID')), el('CmdRef', ref),
                  el('Cmd', cmd),
                  el('TargetRef', uri or refs[0]) if uri or refs else None,
                  el('SourceRef', refs[1]) if refs else None, chal,
                  el('Data', str(code)))

    def command(self, e):
        name, ref = e[1], word(e, 'CmdID')
        if self.half and self.half['who'] == self.tree.who and not (
                name == 'Alert' and word(e, 'Data') == '1222' or
                self.goes_on(e)):
            self.out.append(el('Alert', el('CmdID', '?'), el('Data', '1225'),
                               el('Item', el('Source', el(
                                   'LocURI', self.half['uri'])))))
            self.half = None
        if name == 'Alert':
            code = word(e, 'Data')
            self.out.append(self.status(
                ref, name, 200 if code in ('1222', '1223') else 406))
            if code == '1222':
                self.out += self.wait
            self.wait = []
        elif name in ('Atomic', 'Sequence'):
            self.many(e, name, ref)
        elif name in ('Add', 'Replace', 'Delete', 'Get', 'Copy', 'Exec'):
            for item in kids(e, 'Item'):
                self.item(e, item, name, ref)
        else:
            self.out.append(self.status(ref, name, 406))

    def goes_on(self, e):
        item = kid(e, 'Item')
        return e[1] == self.half['cmd'] and \
            word(item, 'Target', 'LocURI') == self.half['uri']

    def many(self, e, name, ref):
        inner = [k for k in kids(e) if k[1] not in ('CmdID', 'Meta')]
        if name == 'Sequence':
            self.out.append(self.status(ref, name, 200))
            for k in inner:
                self.command(k)
            return
        before, changed = copy.deepcopy(self.tree.root), self.tree.changed
        own, self.out = self.out, []
        for i, k in enumerate(inner):
            at = len(self.out)
            if k[1] in ('Get', 'Atomic'):
                self.out.append(self.status(word(k, 'CmdID'), k[1], 500))
            else:
                self.command(k)
            if all(word(s, 'Data') < '300' for s in self.out[at:]):
                continue
            self.tree.root, self.tree.changed = before, changed
            for s in self.out[:at]:
                kid(s, 'Data')[2] = b'216'
            for k in inner[i + 1:]:
                self.out.append(self.status(word(k, 'CmdID'), k[1], 215))
            self.out = own + [self.status(ref, name, 507)] + self.out
            return
        self.out = own + [self.status(ref, name, 200)] + self.out

    def item(self, e, item, name, ref):
        uri = word(item, 'Target', 'LocURI') or ''
        at = len(self.out)
        try:
            code = self.do(e, item, name, uri, ref)
        except Fail as fail:
            del self.out[at:]
            code = fail.args[0]
        except (Bad, UnicodeError):
            code = 400
        self.out.insert(at, self.status(ref, name, code, uri))

    def do(self, e, item, name, uri, ref):
        path, _, query = uri.partition('?')
        parts = parts_of(path)
        if name == 'Get':
            return self.get(parts, path, query, uri, ref)
        if name == 'Delete':
            self.tree.delete(parts)
        elif name == 'Exec':
            self.tree.find(parts)
            self.tree.need(parts, 'Exec')
        elif name == 'Copy':
            source = parts_of(word(item, 'Source', 'LocURI') or '')
            node = copy.deepcopy(self.tree.find(source))
            self.tree.need(source, 'Get')
            self.set(parts, node)
        elif query.startswith('prop=') and name == 'Replace':
            self.tree.prop(parts, query[5:],
                           (text(item, 'Data') or b'').decode())
        elif query:
            raise Fail(405)
        else:
            return self.write(e, item, name, uri, parts)
        return 200

    def set(self, parts, node):
        try:
            self.tree.find(parts)
        except Fail:
            self.tree.add(parts, node)
            return
        self.tree.replace(parts, node.value, node.fmt, node.typ)

    def write(self, e, item, name, uri, parts):
        metas = [m for m in (kid(item, 'Meta'), kid(e, 'Meta')) if m]

        def field(what):
            return next((word(m, what) for m in metas
                         if kid(m, what)), None)
        fmt, typ, size = field('Format'), field('Type'), field('Size')
        data = text(item, 'Data') or b''
        if kid(item, 'MoreData') or self.half and \
                self.half['who'] == self.tree.who:
            data = self.part(item, name, uri, size, data)
            if data is None:
                return 213
            fmt, typ = fmt or self.half['fmt'], typ or self.half['typ']
            self.half = None
        if typ and TNDS in typ:
            self.place(name, parts, document(data, item))
            return 200
        if parts[:1] == ['Inbox']:
            raise Fail(405)
        if fmt == 'b64':
            fmt, data = 'bin', base64.b64decode(data)
        if len(data) > LARGEST:
            raise Fail(413)
        if name == 'Replace':
            if parts[:1] == ['Outbox'] and parts[2:] == ['Message'] and \
                    fmt not in (None, 'bin'):
                raise Fail(415)
            self.tree.replace(parts, data, fmt, typ)
            return 200
        if fmt == 'int' and not data.strip(b'-').isdigit():
            raise Fail(415)
        self.tree.add(parts, Node(fmt or 'chr', data, typ or ''))
        return 200

    def part(self, item, name, uri, size, data):
        """A part of a large object: None, or all of it with the last."""
        half = self.half
        if half is None or half['who'] != self.tree.who:
            if not size:
                raise Fail(411)
            if int(size) > LARGEST:
                raise Fail(413)
            m = kid(item, 'Meta')
            half = {'who': self.tree.who, 'uri': uri, 'cmd': name,
                    'size': int(size), 'data': b'', 'fmt': word(m, 'Format'),
                    'typ': word(m, 'Type')}
        half['data'] += data
        self.half = half
        if kid(item, 'MoreData') and len(half['data']) < half['size']:
            return None
        if len(half['data']) != half['size'] or kid(item, 'MoreData'):
            self.half = None
            raise Fail(424)
        return half['data']

    def place(self, name, parts, doc):
        for top in kids(doc, 'Node'):
            at = parts + parts_of(word(top, 'Path') or '')
            if word(top, 'NodeName'):
                at = at + [word(top, 'NodeName')]
            node = nodes_of(top)
            if at[:1] == ['Inbox']:
                dmacc = node.typ in ('urn:oma:mo:oma-dm-dmacc:1.0',
                                     'org.openmobilealliance/1.0/w7')
                self.tree.need(['Inbox'], 'Add')
                at = ['DMAcc'] * dmacc + [at[-1]]
            elif name == 'Replace':
                self.tree.need(at, 'Replace')
                self.tree.find(at[:-1]).kids.pop(at[-1], None)
            self.tree.add(at, node)

    def get(self, parts, path, query, uri, ref):
        if query.startswith('prop='):
            self.result(ref, uri, None,
                        self.tree.prop(parts, query[5:]).encode())
            return 200
        node = self.tree.find(parts)
        self.tree.need(parts, 'Get')
        if not query and node.kids is not None:
            names = [escaped(n) for n in node.kids
                     if self.tree.may(parts + [n], 'Get')]
            self.result(ref, uri, meta(Format='node', Type='text/plain'),
                        '/'.join(names).encode())
        elif not query:
            self.result(ref, uri, *self.value(node))
        elif query in ('list=Struct', 'list=StructData'):
            for below, n in self.tree.walk(parts):
                self.one(ref, below, n, query.endswith('Data'))
        elif query.startswith('list=TNDS'):
            kind = 'xml' if self.xml else 'wbxml'
            doc = [2, 'MgmtTree', [2, 'VerDTD', b'1.2']]
            if parts:
                doc.append(self.tree.tnds(parts, parts[-1], self.xml))
            else:
                doc += self.tree.tnds(parts, '', self.xml)[4:]
            self.result(ref, path or '.', meta(Format='xml',
                                               Type=TNDS + kind),
                        doc if self.xml else to_wbxml(doc))
        else:
            raise Fail(406)
        return 200

    def value(self, node):
        if node.fmt == 'bin' and self.xml:
            return meta(Format='b64', Type=node.typ or 'text/plain'), \
                base64.b64encode(node.value)
        plain = node.fmt == 'chr' and node.typ in ('', 'text/plain')
        return None if plain else meta(
            Format=node.fmt, Type=node.typ or 'text/plain'), node.value

    def one(self, ref, parts, node, data):
        m = meta(Format=node.fmt, Type=node.typ or 'text/plain') \
            if node.kids is None else meta(Format='node', Type=node.typ)
        value = None
        if data and node.kids is None:
            m, value = self.value(node)
        self.result(ref, '/'.join(['.'] + [escaped(p) for p in parts]), m,
                    value)

    def result(self, ref, uri, m, data):
        self.out.append(el(
            'Results', el('CmdID', '?'),
            el('MsgRef', word(self.head, 'MsgID')), el('CmdRef', ref),
            el('Item', el('Source', el('LocURI', uri)), m,
               None if data is None else el('Data', data))))

    def whole(self, body):
        write = to_xml if self.xml else to_wbxml
        for i, e in enumerate(kids(body)):
            if e[1] != 'Final':
                kid(e, 'CmdID')[2] = str(i + 1).encode()
        source, target = (el(to, *[copy.deepcopy(k) for k in kids(
            kid(self.head, of), 'LocURI')])
            for to, of in (('Source', 'Target'), ('Target', 'Source')))
        return write(el('SyncML', el(
            'SyncHdr', el('VerDTD', '1.2'), el('VerProto', 'DM/1.2'),
            el('SessionID', word(self.head, 'SessionID')),
            el('MsgID', str(self.msgid)), target, source), body))

    def answer(self):
        """As much of what is to be said as has room; the rest waits."""
        said = word(self.head, 'Meta', 'MaxMsgSize')
        room = int(said) if said else self.card.host_max
        self.msgid += 1
        body, left = el('SyncBody'), list(self.out)
        while left:
            body.append(left[0])
            if len(self.whole(body + [el('Final')])) <= room:
                del left[0]
                continue
            body.pop()
            rest = self.cut(body, left[0], room)
            if rest:
                left[0] = rest
            break
        self.wait = left
        return self.whole(body if left else body + [el('Final')])

    def cut(self, body, e, room):
        """A value larger than a message: a part goes, the rest is given."""
        item = kid(e, 'Item')
        data = text(item, 'Data') if item and e[1] == 'Results' else None
        spare = room - len(self.whole(body)) - 160 - len(to_wbxml(e)) + \
            len(data or b'')
        if len(body) > 3 or not data or spare < 1 or self.xml:
            return None
        m = copy.deepcopy(kid(item, 'Meta')) or el('Meta')
        part = el('Item', kid(item, 'Source'), m, el('Data', data[:spare]),
                  el('MoreData'))
        if e is not self.rest:
            m.append([1, 'Size', str(len(data)).encode()])
        body.append(el('Results', el('CmdID', '?'), kid(e, 'MsgRef'),
                       kid(e, 'CmdRef'), part))
        self.rest = el('Results', el('CmdID', '?'), kid(e, 'MsgRef'),
                       kid(e, 'CmdRef'), el('Item', kid(item, 'Source'),
                                            kid(item, 'Meta'),
                                            el('Data', data[spare:])))
        return self.rest


# ---- the card

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


AID = bytes.fromhex('F0444D2D534301')
ADM1 = bytes.fromhex('4444444444444444')
DIR = tlv('61', tlv('4F', AID), tlv('50', b'DM-SC')).ljust(38, b'\xFF')
PINS = bytes.fromhex('C60690018083010A')
LATEST = 66048


class Sw(Exception):
    """A status word that is no success."""


class Card:
    ATR = bytes.fromhex('3B00')

    def __init__(self, cut):
        self.messages, self.cut = 0, cut
        self.root, self.counter, self.half = manufacture(), 0, None
        self.notice, self.fetch, self.number = b'', [], 0
        self.nonce, self.wrong = os.urandom(16), 0
        digits = ICCID
        self.iccid = bytes(int(digits[i + 1] + digits[i], 16)
                           for i in range(0, 20, 2))
        self.power()

    def power(self):
        self.at, self.adm, self.login = '3F00', False, False
        self.rest, self.blocks, self.app = b'', None, False
        self.host_max, self.sent = 16384, None
        self.refresh = False
        self.dm = Responder(self)

    # -- who speaks
    def who(self):
        if self.login is not False:
            return self.login
        return None if self.adm else False

    def challenge(self):
        return el('Chal', meta(Type='syncml:auth-md5', Format='b64',
                               NextNonce=base64.b64encode(
                                   self.nonce).decode()))

    def judge(self, head, who):
        cred = kid(head, 'Cred')
        if cred is None:
            return (407, self.challenge(), False) if who is False else \
                (200, None, who)
        name = word(head, 'Source', 'LocName')
        right = word(cred, 'Meta', 'Type') == 'syncml:auth-md5' and \
            self.account(name, word(cred, 'Data'))
        if right:
            self.login = right
            return 212, self.challenge(), right
        self.login = False
        return 401, self.challenge(), False

    def account(self, name, digest):
        for account in self.root.kids['DMAcc'].kids.values():
            auths = account.kids.get('AppAuth', Node()).kids.values()
            server = account.kids.get('ServerID', Node('chr')).value.decode()
            for a in auths:
                v = {k: n.value.decode() for k, n in a.kids.items()
                     if n.kids is None}
                if v.get('AAuthLevel') != 'SRVCRED' or name != \
                        v.get('AAuthName', server) or self.wrong >= 10:
                    continue
                nonce, self.nonce = self.nonce, os.urandom(16)
                self.wrong += 1
                secret = b64md5((name + ':' +
                                 v.get('AAuthSecret', '')).encode())
                if b64md5(secret + b':' + nonce).decode() == digest:
                    self.wrong = 0
                    return server
        return None

    def store(self, tree, half):
        before = self.waiting(self.root)
        self.half = half
        if tree.changed:
            self.root = tree.root
            self.counter += 1
        if self.waiting(self.root) - before:
            self.announce()
        elif before and not self.waiting(self.root):
            self.notice = b''

    def waiting(self, root):
        return {name for name, n in root.kids['Outbox'].kids.items()
                if n.kids and 'Message' in n.kids and
                'Status' not in n.kids}

    def package0(self):
        account = self.root.kids['Device'].kids
        cred = account['AppAuth'].kids['server'].kids
        name = account['ServerID'].value
        # DM 1.1 of the notification, background, by the server, session 1
        trigger = bytes.fromhex('02D8000000' '0001') + \
            bytes([len(name)]) + name
        login = b64md5(name + b':' + cred['AAuthSecret'].value)
        return hashlib.md5(login + b':' + cred['AAuthData'].value + b':' +
                           b64md5(trigger)).digest() + trigger

    def announce(self):
        self.notice = tlv('E9', tlv('80', b'\3'), tlv(
            '81', b4(self.counter)), tlv('83', self.package0()))
        if self.refresh:
            self.number = self.number % 254 + 1
            self.fetch = [tlv('D0', bytes([0x81, 3, self.number, 1, 1]),
                              bytes.fromhex('82028182'),
                              tlv('92', bytes.fromhex('013F007F444E01')))]

    # -- objects
    def hello(self):
        return tlv('E1', tlv('80', b'\1\0'), tlv('81', b'\6'),
                   tlv('82', b'\6\6\6'), tlv('83', b4(MESSAGE)),
                   tlv('84', b4(LARGEST)))

    def state(self, data):
        got = objects(data, {0x80: 2, 0x81: 1, 0x82: 4, 0x83: 4, 0x84: 64,
                             0x85: 0})
        if 0x82 in got:
            self.host_max = int.from_bytes(got[0x82], 'big')
        out = tlv('80', self.nonce)
        who = self.who()
        if who is not False:
            out += tlv('81', b4(self.counter)) + tlv('82', b4(200000)) + \
                tlv('83', b4(262144)) + tlv('84', (who or '').encode())
            if self.waiting(self.root):
                out += tlv('85')
            if self.half and self.half['who'] == who:
                out += tlv('86', self.half['uri'].encode()) + \
                    tlv('87', b4(self.half['size'])) + \
                    tlv('88', b4(len(self.half['data']))) + \
                    tlv('89', hashlib.sha256(self.half['data']).digest())
        return tlv('E3', out)

    def message(self, data):
        got = objects(data, {0x80: None, 0x81: 0, 0x82: None, 0x83: None,
                             0x84: 0})
        if 0x80 not in got:
            raise Bad('no message')
        who = False if 0x84 in got else self.who()
        answer = self.dm.message(got[0x80], 0x81 in got, who)
        self.messages += 1
        if self.messages == self.cut:
            raise ConnectionAbortedError
        return tlv('E4', tlv('80', answer), tlv('81') if 0x81 in got else b'')

    def store_data(self, p1, p2, data):
        if p1 & 0x6E or not p1 & 0x10:
            raise Sw(0x6A86)
        if not data:
            raise Sw(0x6700)
        if p2 == 0:
            head = head_of(data)
            if head is None or head[0] not in (0xE2, 0xE4):
                raise Sw(0x6A80)
            if head[1] + head[2] > LATEST:
                raise Sw(0x6A84)
            self.blocks, self.next = b'', 0
        if self.blocks is None or p2 != self.next:
            raise Sw(0x6985)
        blocks, self.blocks = self.blocks + data, None
        tag, at, n = head_of(blocks)
        if len(blocks) > at + n or p1 & 0x80 and len(blocks) < at + n:
            raise Sw(0x6A80)
        if not p1 & 0x80:
            if p2 == 0xFF:
                raise Sw(0x6A84)
            self.blocks, self.next = blocks, p2 + 1
            return b''
        inner = blocks[at:]
        answer = self.state(inner) if tag == 0xE2 else self.message(inner)
        return answer if p1 & 1 else b''

    # -- commands
    FILES = {'3F00': '', '2F00': '3F00', '2FE2': '3F00', '7F44': '3F00',
             '4E01': '7F44'}

    def fcp(self, fid):
        body = bytes.fromhex({
            '3F00': '82027821' '83023F00', '7F44': '82027821' '83027F44',
            '2F00': '82054221002602' '83022F00', '2FE2': '82024121' '83022FE2',
            '4E01': '82024121' '83024E01'}[fid])
        if fid == '7F44':
            body += tlv('84', AID) + tlv('A5', self.hello())
        body += bytes.fromhex('8A0105')
        size = {'2F00': 76, '2FE2': 10, '4E01': 128}.get(fid)
        # Compact: read always, all else never.
        body += bytes.fromhex('8C0100' if size is None else '8C020100')
        if size is None:
            return tlv('62', body + PINS)
        return tlv('62', body + tlv('80', size.to_bytes(2, 'big')))

    def select(self, p1, p2, data):
        if p2 & 0xF3:
            raise Sw(0x6A86)
        if p1 == 4:
            if not data or not AID.startswith(data):
                raise Sw(0x6A82)
            fid, self.blocks, self.login = '7F44', None, False
            self.app = True
        elif p1 in (0, 8, 9):
            path = data.hex().upper() or '3F00'
            fids = [path[i:i + 4] for i in range(0, len(path), 4)]
            here = self.at if p1 != 8 else '3F00'
            for fid in fids:
                fid = '7F44' if fid == '7FFF' and self.app else fid
                folder = here if here in ('3F00', '7F44') else \
                    self.FILES[here]
                near = (folder, self.FILES[folder])
                if fid not in self.FILES or fid != '3F00' and \
                        self.FILES[fid] not in near and fid not in near:
                    raise Sw(0x6A82)
                here = fid
            fid = here
            if fid == '7F44':
                self.app = True
        else:
            raise Sw(0x6A86)
        self.at = fid
        return b'' if p2 == 0x0C else self.fcp(fid)

    def read(self, offset, le):
        data = {'2FE2': self.iccid,
                '4E01': self.notice.ljust(128, b'\xFF')}.get(self.at)
        if data is None:
            raise Sw(0x6986 if self.at in ('3F00', '7F44') else 0x6981)
        if offset >= len(data):
            raise Sw(0x6B00)
        return data[offset:offset + (le or 256)]

    def verify(self, p2, data):
        if p2 != 0x0A:
            raise Sw(0x6A88)
        if not data:
            raise Sw(0x63CA)
        self.adm = data == ADM1
        if not self.adm:
            raise Sw(0x63C9)
        return b''

    def toolkit(self, ins, data, le):
        if ins == 0x10:
            self.refresh = len(data) >= 3 and bool(data[2] & 0x80)
            if self.waiting(self.root):
                self.announce()
        elif ins == 0x12:
            if not self.fetch:
                raise Sw(0x6985)
            if le != len(self.fetch[0]):
                raise Sw(0x6C00 + len(self.fetch[0]))
            self.sent = self.fetch.pop(0)
            return self.sent
        elif self.sent is None:
            raise Sw(0x6985)
        else:
            self.sent = None
        return b''

    def obey(self, cla, ins, p1, p2, data, le):
        if cla not in (0, 0x80):
            raise Sw(0x6881 if cla & 0x0F else 0x6E00)
        if cla == 0x80:
            if ins in (0x10, 0x12, 0x14):
                return self.toolkit(ins, data, le)
            if ins == 0xE2 and self.app:
                try:
                    return self.store_data(p1, p2, data)
                except Bad:
                    self.blocks = None
                    raise Sw(0x6A80) from None
        elif ins == 0xA4:
            return self.select(p1, p2, data)
        elif ins == 0xB0:
            return self.read(p1 << 8 | p2, le)
        elif ins == 0xB2 and self.at == '2F00':
            if p1 > 2:
                raise Sw(0x6A83)
            if le not in (0, 38):
                raise Sw(0x6C26)
            return DIR if p1 == 1 else b'\xFF' * 38
        elif ins == 0x20:
            return self.verify(p2, data)
        raise Sw(0x6D00)

    def apdu(self, cmd):
        """By T=0: an answer to data is fetched by GET RESPONSE."""
        if len(cmd) < 4:
            return b'\x67\0'
        cla, ins, p1, p2 = cmd[:4]
        data, le = b'', None
        if len(cmd) == 5:
            le = cmd[4]
        elif len(cmd) > 5:
            data = cmd[5:5 + cmd[4]]
            if len(cmd) not in (5 + cmd[4], 6 + cmd[4]) or not data:
                return b'\x67\0'
        if ins == 0xC0:
            n = le or 256
            out, self.rest = self.rest[:n], self.rest[n:]
            if not out:
                return b'\x6F\0'
        else:
            try:
                out = self.obey(cla, ins, p1, p2, data, le or 0)
            except Sw as sw:
                self.rest = b''
                return sw.args[0].to_bytes(2, 'big')
            if data and out:
                out, self.rest = b'', out
        if self.rest:
            return out + bytes([0x61, min(len(self.rest), 256) & 0xFF])
        if self.fetch:
            return out + bytes([0x91, len(self.fetch[0])])
        return out + b'\x90\0'


def b4(n):
    return n.to_bytes(4, 'big')


def b64md5(data):
    return base64.b64encode(hashlib.md5(data).digest())


def take(s, n):
    got = b''
    while len(got) < n:
        # Or each frame waits 40 ms for a delayed ACK.
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = s.recv(n - len(got))
        if not more:
            sys.exit(0)
        got += more
    return got


def serve(card, port):
    with socket.create_connection(('127.0.0.1', port)) as s:
        print('in the reader', flush=True)
        while True:
            cmd = take(s, int.from_bytes(take(s, 2), 'big'))
            if len(cmd) == 1 and cmd[0] == 4:
                out = card.ATR
            elif len(cmd) < 4:
                card.power()
                continue
            else:
                out = card.apdu(cmd)
                print('>', cmd.hex(), '<', out.hex(), flush=True)
            s.sendall(len(out).to_bytes(2, 'big') + out)


def main(port, cut=0):
    card = Card(cut)
    while True:
        try:
            serve(card, port)
        except ConnectionAbortedError:
            card.power()
            time.sleep(0.6)


if __name__ == '__main__':
    main(*(int(a) for a in sys.argv[1:3]))
