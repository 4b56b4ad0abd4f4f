"""Proves what `src/simd` claims of words of eight bytes, for each of the 2^64 words.

The formulas are those of the sources: each function is read from its file and translated, so a change of the code changes what
is proved. A claim is proved if the solver finds no counterexample; it prints one otherwise, and the run fails.
"""

import re
import sys
from pathlib import Path

import z3

SRC = Path(__file__).parents[2] / "src"
BITS = 64


class Word:
    """A `u64` of Rust: what the sources call on it, and no more."""

    def __init__(self, bits):
        self.bits = bits

    @staticmethod
    def of(value):
        return value.bits if isinstance(value, Word) else z3.BitVecVal(value, BITS)

    def __xor__(self, other):
        return Word(self.bits ^ Word.of(other))

    def __and__(self, other):
        return Word(self.bits & Word.of(other))

    def __or__(self, other):
        return Word(self.bits | Word.of(other))

    __rand__, __ror__ = __and__, __or__

    def __invert__(self):
        return Word(~self.bits)

    def __rshift__(self, count):
        return Word(z3.LShR(self.bits, count))

    def wrapping_sub(self, other):
        return Word(self.bits - Word.of(other))

    def wrapping_add(self, other):
        return Word(self.bits + Word.of(other))

    def wrapping_mul(self, other):
        return Word(self.bits * Word.of(other))


def expression(text):
    """An expression of Rust in Python. Constants stay whole numbers, which hold all that these functions make of them."""
    text = text.replace("u64::MAX", str(2**BITS - 1)).replace("!", "~")
    text = re.sub(r"b'\\([nr])'", lambda match: str(ord({"n": "\n", "r": "\r"}[match[1]])), text)
    text = re.sub(r" as u(8|16|64)\b", "", text)
    return text.replace("/", "//").replace("~HIGHEST", f"({2**BITS - 1} ^ HIGHEST)")


def constants(source):
    """The constants at the top of a file."""
    found = {}
    for name, value in re.findall(r"^const (\w+): \w+ = (.+);$", source, re.MULTILINE):
        found[name] = eval(expression(value), {}, dict(found))
    return found


def function(path, name):
    """The function of that name in a file, as one of Python."""
    source = (SRC / path).read_text()
    body = re.search(rf"fn {name}\((\w+): u64\) -> \w+ \{{\n(.*?)\n\}}", source, re.DOTALL)
    if body is None:
        sys.exit(f"{path} has no function {name} of one word any more: change this proof with it")
    argument, known = body[1], constants(source)

    def call(word):
        names = {**known, argument: word}
        lines = re.sub(r"//.*", "", body[2]).strip().splitlines()
        *statements, last = [line.strip() for line in lines if line.strip()]
        for statement in statements:
            constant = re.fullmatch(r"const (\w+): u64 = (.+);", statement)
            closure = re.fullmatch(r"let (\w+) = \|(\w+): u64\| (.+);", statement)
            if constant:
                names[constant[1]] = eval(expression(constant[2]), names)
            elif closure:
                names[closure[1]] = eval(f"lambda {closure[2]}: {expression(closure[3])}", names)
            else:
                sys.exit(f"{path}: {name}: this proof cannot read `{statement}`")
        return eval(expression(last), names).bits

    return call


failed = False


def prove(claim, statement):
    global failed
    solver = z3.Solver()
    solver.add(z3.Not(statement))
    result = solver.check()
    print(f"{'proved' if result == z3.unsat else 'NOT PROVED'}: {claim}")
    if result != z3.unsat:
        failed = True
        print(solver.model() if result == z3.sat else f"  the solver says {result}")


word = z3.BitVec("word", BITS)
byte = [z3.Extract(8 * n + 7, 8 * n, word) for n in range(8)]
is_end = [z3.Or(one == ord("\n"), one == ord("\r")) for one in byte]

controls = function("simd/words.rs", "word_controls")(Word(word))
prove(
    "word_controls is not zero just where a byte is at most CR",
    (controls != 0) == z3.Or([z3.ULE(one, ord("\r")) for one in byte]),
)

ends = function("simd/words.rs", "line_ends_in_word")(Word(word))
prove("line_ends_in_word is not zero just where a byte is CR or LF", (ends != 0) == z3.Or(is_end))
for n in range(8):
    first = z3.And(is_end[n], *[z3.Not(one) for one in is_end[:n]])
    below = z3.BitVecVal(2 ** (8 * n) - 1, BITS)
    here = z3.BitVecVal(0xFF << 8 * n, BITS)
    prove(
        f"line_ends_in_word: if the first CR or LF is byte {n}, the lowest bit set is in it",
        z3.Implies(first, z3.And(ends & below == 0, ends & here != 0)),
    )

zeros = function("simd/sixteen/by_words.rs", "zeros")(Word(word))
pattern = z3.Concat(*[z3.If(one == 0, z3.BitVecVal(0x80, 8), z3.BitVecVal(0, 8)) for one in reversed(byte)])
prove("zeros sets the highest bit of each byte that is zero, and no other bit", zeros == pattern)

top = word & 0x8080_8080_8080_8080
moved = function("simd/sixteen/by_words.rs", "highest_bits")(Word(top))
expected = z3.Concat(z3.BitVecVal(0, BITS - 8), *[z3.Extract(8 * n + 7, 8 * n + 7, word) for n in range(7, -1, -1)])
prove("highest_bits: bit n is the highest bit of byte n, if no other bits are set", moved == expected)

# The bitmap that `find_end_near` reads covers `known..known + 64`; it may contain the answer if `from` is at most 64 bytes before it.
line = "let passed = (from + BLOCK).wrapping_sub(self.known);"
source = (SRC / "simd/line_ends/by_bitmap.rs").read_text()
for needed in (line, "if passed < 2 * BLOCK {", "passed.saturating_sub(BLOCK)", "let here = self.bits >> skip;"):
    if needed not in source:
        sys.exit(f"by_bitmap.rs does not say `{needed}` any more: change this proof with it")
start, known = z3.BitVecs("from known", BITS)
passed = start + 64 - known
in_memory = z3.And(z3.ULE(start, 2**63 - 1), z3.ULE(known, 2**63 - 1))
near = z3.ULT(passed, 128)
skip = z3.If(z3.ULE(passed, 64), z3.BitVecVal(0, BITS), passed - 64)
prove(
    "find_end_near: `passed` is below 128 just where from is at most 64 before and less than 64 after the start of the bitmap",
    z3.Implies(in_memory, near == z3.And(z3.UGE(start + 64, known), z3.ULT(start, known + 64))),
)
prove("find_end_near: the shift is less than 64", z3.Implies(z3.And(in_memory, near), z3.ULT(skip, 64)))
prove(
    "find_end_near: the first bit that is looked at is that of the later of from and the start of the bitmap",
    z3.Implies(z3.And(in_memory, near), known + skip == z3.If(z3.UGE(start, known), start, known)),
)

# `Policy::wait` adds a random part of `most`: two numbers of 64 bits.
for needed in ("let extra = (u128::from(most) * u128::from(random)) >> 64;", "u64::try_from(most).unwrap_or(u64::MAX)"):
    if needed not in (SRC / "session/policy.rs").read_text():
        sys.exit(f"policy.rs does not say `{needed}` any more: change this proof with it")
most, random = z3.Ints("most random")
in_words = z3.And(0 <= most, most < 2**BITS, 0 <= random, random < 2**BITS)
prove("Policy::wait: the product fits in 128 bits", z3.Implies(in_words, most * random < 2 ** (2 * BITS)))
# The shift is a division that rounds down: the quotient is at most `most` if the product is less than the next multiple.
prove("Policy::wait: the jitter is at most `most`", z3.Implies(in_words, most * random < (most + 1) * 2**BITS))

sys.exit(1 if failed else 0)
