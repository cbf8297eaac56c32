#!/usr/bin/env python3
"""transcript.py FILE: what dmsc-card(7) says of a transcript, RECEIPTS, done
with nothing but hashlib; prints its hash and its number of exchanges."""
import hashlib
import sys


def digest(words):
    """Length and digest of the data at the end of a line."""
    if not words:
        return 0, bytes(32)
    if words[0] == '*':
        return int(words[1]), bytes.fromhex(words[2])
    data, salt = (bytes.fromhex(w) for w in words)
    return len(data), hashlib.sha256(salt + data).digest()


lines = open(sys.argv[1], encoding='ascii').read().splitlines()
assert lines[0] == 'dmsc transcript 1'
nonce = lines[1].split()[1]
nonce = b'' if nonce == '-' else bytes.fromhex(nonce)
h = hashlib.sha256(b'dmsc transcript 1' + nonce).digest()
n = 0
for command, answer in zip(lines[2::2], lines[3::2]):
    c, a = command.split(), answer.split()
    assert c[0] == '>' and a[0] == '<'
    sent, sent_digest = digest(c[3:])
    got, got_digest = digest(a[2:])
    h = hashlib.sha256(h + bytes.fromhex(c[1]) + bytes.fromhex(c[2]) +
                       sent.to_bytes(4, 'big') + sent_digest +
                       bytes.fromhex(a[1]) + got.to_bytes(4, 'big') +
                       got_digest).digest()
    n += 1
print(h.hex().upper(), n)
