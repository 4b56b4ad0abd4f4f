//! Counts the bytes that are read, for the tests that prove that decoding is linear. It does nothing in other builds.

#[cfg(test)]
std::thread_local! {
    static BYTES: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

/// Counts `bytes` bytes that are searched, checked or copied.
#[inline(always)]
pub(crate) fn count(bytes: usize) {
    #[cfg(test)]
    BYTES.with(|total| total.set(total.get() + bytes as u64));
    let _ = bytes;
}

/// The bytes counted since the last call.
#[cfg(test)]
pub(crate) fn take() -> u64 {
    BYTES.with(core::cell::Cell::take)
}
