use unsup_autograd::{Matrix, Real};
#[derive(Clone, Copy)]
pub struct Nearest<T> {
    pub index: usize,
    pub squared_distance: T,
}
pub fn nearest<T: Real>(x: &Matrix<T>, w: &Matrix<T>) -> Vec<Nearest<T>> {
    k_nearest(x, w, 1).into_iter().map(|v| v[0]).collect()
}
pub fn k_nearest<T: Real>(x: &Matrix<T>, w: &Matrix<T>, k: usize) -> Vec<Vec<Nearest<T>>> {
    x.row_iter()
        .map(|x| {
            let mut all: Vec<_> = w
                .row_iter()
                .enumerate()
                .map(|(index, w)| Nearest {
                    index,
                    squared_distance: x
                        .iter()
                        .zip(w)
                        .filter(|(x, _)| !x.is_nan())
                        .map(|(&x, &w)| (x - w) * (x - w))
                        .sum::<T>(),
                })
                .collect();
            all.sort_by(|a, b| a.squared_distance.partial_cmp(&b.squared_distance).unwrap());
            all.truncate(k);
            all
        })
        .collect()
}
