"""What spec-card.py says and hears: messages to it, and its sessions."""
import base64
import copy
from specwire import (Bad, Reader, Sw, TNDS, b64md5, el, from_xml, kid, kids,
                      meta, objects, text, tlv, to_wbxml, to_xml,
                      word)
from spectree import (Fail, Node, Tree, document, escaped, nodes_of, parts_of,
                      put)

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


# ---- sessions with the device

class Talk:
    """The card's commands for the device, and what it says of them."""

    def __init__(self, card):
        self.card, self.id, self.last, self.msgid = card, None, 1000, 0
        self.box, self.mine = None, range(0)

    def object(self, data):
        got = objects(data, {0x80: None, 0x81: 0, 0x82: None, 0x83: None})
        msg = from_xml(got[0x80]) if 0x81 in got else \
            Reader(got[0x80]).document()
        answer = self.message(msg)
        answer = to_xml(answer) if 0x81 in got else to_wbxml(answer)
        return tlv('EA', tlv('80', answer),
                   tlv('81') if 0x81 in got else b'',
                   tlv('83', self.card.sign(answer)))

    def message(self, msg):
        head, body = kid(msg, 'SyncHdr'), kid(msg, 'SyncBody')
        if self.card.who() is not None:
            raise Sw(0x6982)
        begins = [a for a in kids(body, 'Alert')
                  if word(a, 'Data') in ('1200', '1201')]
        if begins:
            self.__init__(self.card)
            self.id = word(head, 'SessionID')
        elif word(head, 'SessionID') != self.id:
            raise Sw(0x6985)
        self.msgid += 1
        self.head, self.out = head, el('SyncBody')
        self.status('0', 'SyncHdr', 200)
        for e in kids(body):
            if e[1] == 'Status':
                self.took(e)
            elif e[1] == 'Results':
                self.result(e)
            elif e[1] != 'Final':
                self.status(word(e, 'CmdID'), e[1], 200)
        if self.box:
            put(self.card.root, 'Outbox/%s/Status' % self.box,
                str(self.failed or 200), 'int')
            self.card.counter += 1
            self.box = None
        self.commands()
        if self.box is None:
            self.card.notice, self.card.session = b'', self.card.session + 1
        return self.whole()

    def status(self, ref, cmd, code):
        self.out.append(el('Status', el('CmdID', str(len(self.out) - 1)),
                           el('MsgRef', word(self.head, 'MsgID')),
                           el('CmdRef', ref), el('Cmd', cmd),
                           el('Data', str(code))))

    def took(self, e):
        nonce = text(e, 'Chal', 'Meta', 'NextNonce')
        if nonce:
            server = self.card.root.kids['Device'].kids['AppAuth']
            server.kids['server'].kids['AAuthData'].value = \
                base64.b64decode(nonce)
        if int(word(e, 'CmdRef')) in self.mine and not self.failed and \
                word(e, 'Data') > '299' and \
                word(e, 'Data') not in ('215', '216', '507'):
            self.failed = int(word(e, 'Data'))

    def result(self, e):
        if int(word(e, 'CmdRef')) not in self.mine:
            return
        for item in kids(e, 'Item'):
            self.results += 1
            at = 'Outbox/%s/Results/%d/' % (self.box, self.results)
            put(self.card.root, at + 'URI', word(item, 'Source', 'LocURI'))
            put(self.card.root, at + 'Data', text(item, 'Data').decode())

    def commands(self):
        for name in sorted(self.card.waiting(self.card.root)):
            box = self.card.root.kids['Outbox'].kids[name]
            data = box.kids['Message'].value
            msg = from_xml(data) if data[:1] == b'<' else \
                Reader(data).document()
            first = self.last + 1
            for e in kids(kid(msg, 'SyncBody')):
                if e[1] != 'Final':
                    self.number(e)
                    self.out.append(e)
            self.mine = range(first, self.last + 1)
            self.box, self.failed, self.results = name, 0, 0
            return

    def number(self, e):
        for k in kids(e):
            if k[1] == 'CmdID':
                self.last += 1
                k[2:] = [str(self.last).encode()]
            elif kid(k, 'CmdID'):
                self.number(k)

    def whole(self):
        name, secret, nonce = self.card.device()
        digest = b64md5(b64md5(name + b':' + secret) + b':' + nonce)
        source, target = (el(to, kid(kid(self.head, of), 'LocURI'),
                             el('LocName', name) if to == 'Source' else None)
                          for to, of in (('Target', 'Source'),
                                         ('Source', 'Target')))
        return el('SyncML', el(
            'SyncHdr', el('VerDTD', '1.2'), el('VerProto', 'DM/1.2'),
            el('SessionID', self.id), el('MsgID', str(self.msgid)), source,
            target, el('Cred', meta(Format='b64', Type='syncml:auth-md5'),
                       el('Data', digest)) if self.msgid == 1 else None),
            self.out + [el('Final')])
