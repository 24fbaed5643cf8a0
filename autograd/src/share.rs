//! Work that threads may share.

/// Calls `f` with each of `items`.
///
/// With the feature `threading`, up to `threads()` threads share them, in no certain order, and what is met inside `f` stays
/// on its thread. Otherwise this is a plain loop. The result is the same either way, to the bit, where `f` writes to what
/// its item names alone.
///
/// ```
/// let (x, mut y) = ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]);
/// let pairs = x.chunks(2).zip(y.chunks_mut(2));
/// unsup_autograd::share(pairs, |(x, y)| y.iter_mut().zip(x).for_each(|(y, x)| *y += x));
/// assert_eq!(y, [11.0, 22.0, 33.0]);
/// ```
///
/// # Panics
/// If `f` does.
pub fn share<I: Iterator<Item: Send> + Send>(items: I, f: impl Fn(I::Item) + Sync) {
    #[cfg(feature = "threading")]
    {
        let most = items.size_hint().1.unwrap_or(usize::MAX);
        let threads = crate::threads::threads_here().min(most);
        if threads > 1 {
            crate::threads::share(threads, items, f);
            return;
        }
    }
    items.for_each(f);
}

/// Calls `f` with the number and the entries of each chunk of `length` entries of `slice`; the last may be shorter. Threads
/// [`share`] the chunks.
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
    let chunks = slice.chunks_mut(length).enumerate();
    share(chunks, |(number, chunk)| f(number, chunk));
}

/// How long the parts of `entries` entries are to be that threads [`share`], where an entry takes a nanosecond or less: all
/// of them where handing over a part would cost more than it saves. At least 1.
///
/// The length depends on the number of threads, so no result may depend on where the parts begin.
pub fn part_length(entries: usize) -> usize {
    #[cfg(feature = "threading")]
    {
        /// About as many as a thread does while another takes notice.
        const LEAST: usize = 1 << 14;
        let threads = crate::threads::threads_here();
        if threads > 1 && entries >= 2 * LEAST {
            let length = entries.div_ceil(2 * threads).max(LEAST);
            return length.next_multiple_of(64); // whole lines of the cache
        }
    }
    entries.max(1)
}

/// Calls `f` with parts of `slice`, of a multiple of `unit` entries each, and where in it they begin.
pub(crate) fn in_parts<T: Send>(slice: &mut [T], unit: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let length = part_length(slice.len()).next_multiple_of(unit);
    if length >= slice.len() {
        f(0, slice);
    } else {
        for_each_chunk(slice, length, |number, part| f(number * length, part));
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
