#!/usr/bin/env python3
"""A card with the DM-SC application, written from dmsc-card(7) and public
standards alone: it shares no line with the program that it is tested with.
It is of the plainest kind: T=0, one channel, no PKCS#15 application, the
owner by ADM1, servers by auth-md5.

	spec-card.py PORT FOLDER [N]

In the reader that vpcd has at 127.0.0.1:PORT; FOLDER is for its key. Power
fails behind message N, before its answer.
"""
import base64
import hashlib
import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from specwire import (Bad, Sw, b4, b64md5, el, head_of, kid, meta, objects,
                      tlv, word)
from spectree import ICCID, Node, manufacture
from specdm import LARGEST, MESSAGE, Responder, Talk

AID = bytes.fromhex('F0444D2D534301')
ADM1 = bytes.fromhex('4444444444444444')
DIR = tlv('61', tlv('4F', AID), tlv('50', b'DM-SC')).ljust(38, b'\xFF')
PINS = bytes.fromhex('C60690018083010A')
LATEST = 66048


class Card:
    ATR = bytes.fromhex('3B00')

    def __init__(self, folder, cut):
        self.folder, self.messages, self.cut = folder, 0, cut
        self.root, self.counter, self.half = manufacture(), 0, None
        self.notice, self.fetch, self.number = b'', [], 0
        self.nonce, self.wrong, self.session = os.urandom(16), 0, 1
        digits = ICCID
        self.iccid = bytes(int(digits[i + 1] + digits[i], 16)
                           for i in range(0, 20, 2))
        self.power()

    def power(self):
        self.at, self.adm, self.login = '3F00', False, False
        self.rest, self.blocks, self.app = b'', None, False
        self.host_max, self.sent = 16384, None
        self.refresh = False
        self.dm, self.talk = Responder(self), Talk(self)

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
        name, secret, nonce = self.device()
        # version 1.1, background, by the server
        trigger = bytes.fromhex('02D8000000') + \
            self.session.to_bytes(2, 'big') + bytes([len(name)]) + name
        login = b64md5(name + b':' + secret)
        return hashlib.md5(login + b':' + nonce + b':' +
                           b64md5(trigger)).digest() + trigger

    def device(self):
        """ServerID, and the secret and nonce that the card shows."""
        account = self.root.kids['Device'].kids
        cred = account['AppAuth'].kids['server'].kids
        return account['ServerID'].value, cred['AAuthSecret'].value, \
            cred['AAuthData'].value

    def sign(self, data):
        """By openssl, with a key of its own."""
        key, cert = (os.path.join(self.folder, n) for n in ('key', 'cert'))

        def openssl(*args):
            return subprocess.run(('openssl',) + args, input=data, check=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL).stdout
        if not os.path.exists(cert):
            openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:P-256', '-nodes', '-subj',
                    '/CN=spec card', '-days', '9', '-addext',
                    'keyUsage=critical,digitalSignature', '-keyout', key,
                    '-out', cert)
        return openssl('cms', '-sign', '-binary', '-outform', 'DER', '-md',
                       'sha256', '-signer', cert, '-inkey', key)

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
            if head is None or head[0] not in (0xE2, 0xE4, 0xEA):
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
        answer = {0xE2: self.state, 0xE4: self.message,
                  0xEA: self.talk.object}[tag](inner)
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


def main(port, folder, cut=0):
    card = Card(folder, int(cut))
    while True:
        try:
            serve(card, int(port))
        except ConnectionAbortedError:
            card.power()
            time.sleep(0.6)


if __name__ == '__main__':
    main(*sys.argv[1:4])
