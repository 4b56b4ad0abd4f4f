//! What the bytes alone cost: no event is made, no field is read.

use std::hint::black_box;

use memchr::{memchr2, memchr2_iter};

use crate::contest::{Contestant, Role, Run};
use crate::cut::Cut;
use crate::visit::{Digest, Totals};

struct Floor<F> {
    cut: &'static Cut,
    chunk: F,
}

impl<F: FnMut(&'static [u8]) -> usize> Run for Floor<F> {
    fn timed(&mut self) -> Totals {
        let mut sum = 0;
        for &bytes in &self.cut.chunks {
            sum += (self.chunk)(black_box(bytes));
        }
        black_box(sum);
        Totals::default()
    }
}

pub(super) fn all() -> Vec<Contestant> {
    let floor = |name, start| Contestant {
        name,
        package: "",
        role: Role::Floor,
        start,
        check: |_| Ok(Digest::default()),
    };
    vec![
        floor("floor: memchr2_iter", |cut| {
            Box::new(Floor { cut, chunk: |bytes| memchr2_iter(b'\n', b'\r', bytes).sum::<usize>() })
        }),
        floor("floor: lines cut, no state", |cut| Box::new(Floor { cut, chunk: lines })),
        floor("floor: UTF-8 checked, simdutf8", |cut| {
            Box::new(Floor { cut, chunk: |bytes| usize::from(simdutf8::basic::from_utf8(bytes).is_ok()) })
        }),
        floor("floor: UTF-8 checked, core", |cut| {
            Box::new(Floor { cut, chunk: |bytes| usize::from(std::str::from_utf8(bytes).is_ok()) })
        }),
        floor("floor: memcpy", |cut| {
            let mut copy = copy(cut);
            Box::new(Floor { cut, chunk: move |bytes| copy(bytes) })
        }),
        floor("floor: memcpy and memchr2_iter", |cut| {
            let mut copy = copy(cut);
            Box::new(Floor {
                cut,
                chunk: move |bytes| copy(bytes) + memchr2_iter(b'\n', b'\r', bytes).sum::<usize>(),
            })
        }),
    ]
}

/// Each line as a slice, by memchr2 from its start; a line cut by the chunk's end counts twice.
fn lines(bytes: &'static [u8]) -> usize {
    let mut rest = bytes;
    let mut sum = 0;
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        let (line, behind) = rest.split_at(at);
        sum += black_box(line).len();
        rest = if behind.starts_with(b"\r\n") { &behind[2..] } else { &behind[1..] };
    }
    sum + black_box(rest).len()
}

/// Copies chunk behind chunk into a buffer as long as the stream, over and over.
fn copy(cut: &'static Cut) -> impl FnMut(&'static [u8]) -> usize {
    let len = cut.chunks.iter().map(|chunk| chunk.len()).sum();
    let mut buffer = Vec::with_capacity(len);
    move |bytes| {
        if buffer.len() + bytes.len() > buffer.capacity() {
            buffer.clear();
        }
        buffer.extend_from_slice(bytes);
        black_box(&buffer).len()
    }
}
