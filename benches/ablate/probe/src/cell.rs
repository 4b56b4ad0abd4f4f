//! The file of cells, which the tool writes and each probe reads: so all decode the same bytes, cut in the same places.
//!
//! A cell is its name, the digest of its events, the lengths of its chunks, and their bytes. Numbers have eight bytes, the
//! lowest first; before a name or the lengths stands how many there are.

/// A stream, cut into chunks, with the right answer.
pub(crate) struct Cell {
    pub(crate) name: String,
    /// `visit::Digest::number` of what the standard makes of it.
    pub(crate) digest: u64,
    pub(crate) chunks: Vec<&'static [u8]>,
}

pub(crate) fn write<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<u8> {
    let mut file = Vec::new();
    for Cell { name, digest, chunks } in cells {
        let number = |file: &mut Vec<u8>, number: u64| file.extend_from_slice(&number.to_le_bytes());
        number(&mut file, name.len() as u64);
        file.extend_from_slice(name.as_bytes());
        number(&mut file, *digest);
        number(&mut file, chunks.len() as u64);
        chunks.iter().for_each(|chunk| number(&mut file, chunk.len() as u64));
        chunks.iter().for_each(|chunk| file.extend_from_slice(chunk));
    }
    file
}

pub(crate) fn read(mut file: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::new();
    while !file.is_empty() {
        let name = number(&mut file);
        let name = String::from_utf8_lossy(take(&mut file, name)).into_owned();
        let digest = number(&mut file);
        let lengths: Vec<_> = (0..number(&mut file)).map(|_| number(&mut file) as usize).collect();
        // A stream has memory of its own, as where it comes from a socket.
        let stream = take(&mut file, lengths.iter().sum::<usize>() as u64);
        let mut stream: &'static [u8] = stream.to_vec().leak();
        let chunks = lengths.into_iter().map(|length| take(&mut stream, length as u64)).collect();
        cells.push(Cell { name, digest, chunks });
    }
    cells
}

fn number(file: &mut &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(take(file, 8));
    u64::from_le_bytes(bytes)
}

fn take<'f>(file: &mut &'f [u8], length: u64) -> &'f [u8] {
    let (taken, rest) = file.split_at(length as usize);
    *file = rest;
    taken
}
