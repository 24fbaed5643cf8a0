//! Work on a slice, chunk by chunk, that threads may share.

/// Calls `f` with the number and the entries of each chunk of `length` entries of `slice`; the last may be shorter.
///
/// With the feature `threading`, up to `threads()` threads share the chunks, in no certain order, and a matrix product
/// inside `f` stays on its thread. Otherwise this is a plain loop. The result is the same either way, to the bit, where `f`
/// writes to its chunk alone.
///
/// ```
/// let mut squares: Vec<usize> = (0..10).collect();
/// unsup_autograd::for_each_chunk(&mut squares, 4, |number, chunk| {
///     assert_eq!(chunk[0], 4 * number); // chunks of 4, 4 and 2 entries
///     chunk.iter_mut().for_each(|x| *x *= *x);
/// });
/// assert_eq!(squares[..4], [0, 1, 4, 9]);
/// assert_eq!(squares[9], 81);
/// ```
///
/// # Panics
/// If `length` is 0, or `f` does.
#[track_caller]
pub fn for_each_chunk<T: Send>(slice: &mut [T], length: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    assert!(
        length > 0,
        "for_each_chunk: a chunk has at least 1 entry, got a length of 0"
    );
    #[cfg(feature = "threading")]
    {
        let threads = crate::threads::threads_here();
        if threads > 1 && slice.len() > length {
            crate::threads::share_chunks(threads, slice, length, f);
            return;
        }
    }
    for (number, chunk) in slice.chunks_mut(length).enumerate() {
        f(number, chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_in_one_chunk() {
        for entries in [0, 1, 9, 10, 11, 1000] {
            let mut slice = vec![0; entries];
            for_each_chunk(&mut slice, 10, |number, chunk| {
                assert_eq!(chunk.len(), 10.min(entries - 10 * number));
                for (i, entry) in chunk.iter_mut().enumerate() {
                    *entry += 10 * number + i + 1;
                }
            });
            assert!(slice.into_iter().eq(1..=entries), "{entries} entries");
        }
    }

    #[test]
    #[should_panic(expected = "for_each_chunk: a chunk has at least 1 entry")]
    fn chunks_without_entries_are_refused() {
        for_each_chunk(&mut [1, 2, 3], 0, |_, _| ());
    }
}
