"""The tree of spec-card.py, and who may do what with it."""
import base64
from urllib.parse import unquote
from specwire import Reader, from_xml, kid, kids, text, word


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
        acl = OWN if name in ('DMAcc', 'Outbox', 'Device') else \
            'Get=*' if name == 'DevInfo' else ''
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
