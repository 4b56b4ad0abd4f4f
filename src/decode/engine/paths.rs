//! Counts the uses of each path of the engine, for the tests that prove that each path is taken. It does nothing in
//! other builds.

/// A path through the engine. Its function documents its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// A block by `Engine::data_block`.
    DataBlock,
    /// A block by `Engine::named_block`.
    NamedBlock,
    /// A comment with its blank line by `Engine::pass_keep_alives`.
    KeepAlive,
    /// A line by `Engine::lines`.
    Line,
    /// A further data line by `OpenBlock::join`, copied in a few moves.
    ShortLine,
    /// The same, copied with its exact length.
    LongLine,
    /// A chunk of one byte by `Engine::byte_of_data`.
    DataByte,
    /// A chunk of one byte by `Engine::byte_of_line`.
    LineByte,
    /// The start or the rest of a data line by `Engine::cut_data`.
    CutData,
    /// A line or a part of one by `Engine::edge`.
    Edge,
}

#[cfg(test)]
const PATHS: usize = Path::Edge as usize + 1;

#[cfg(test)]
std::thread_local! {
    static TAKEN: core::cell::Cell<[usize; PATHS]> = const { core::cell::Cell::new([0; PATHS]) };
}

/// Counts one use of `path`.
#[inline(always)]
pub(crate) fn take(path: Path) {
    #[cfg(test)]
    TAKEN.with(|taken| {
        let mut counts = taken.get();
        counts[path as usize] += 1;
        taken.set(counts);
    });
    let _ = path;
}

/// Returns the number of uses of each path since the last call.
#[cfg(test)]
pub(crate) fn taken() -> impl Fn(Path) -> usize {
    let counts = TAKEN.with(core::cell::Cell::take);
    move |path| counts[path as usize]
}
