//! Linear tasks that share a subspace.

use super::{check_noise, dot, normal_matrix, product};
use unsup_autograd::Matrix;
use unsup_autograd::random::{generator, standard_normal};

/// Tasks y = ⟨w_t, x⟩ + noise whose weights w_t = B a_t all lie in one subspace of k dimensions: what a representation that
/// many tasks share has to find. One task's few objects do not show its weights; all tasks together show B.
///
/// B has orthonormal columns, in a random direction; a_t and x are draws from N(0, I). The model of N. Tripuraneni, C. Jin,
/// M. Jordan (2021), "Provable meta-learning of linear representations".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearTasks {
    /// How many tasks; by default 30.
    pub tasks: usize,
    /// The length d of x; by default 50.
    pub inputs: usize,
    /// k, at most `inputs`; by default 3.
    pub dimension: usize,
    /// The deviation of the Gaussian noise of y; by default 0.1.
    pub noise: f64,
}

impl Default for LinearTasks {
    fn default() -> Self {
        Self {
            tasks: 30,
            inputs: 50,
            dimension: 3,
            noise: 0.1,
        }
    }
}

/// Data of [`LinearTasks`].
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTasksSample {
    /// The tasks, each with as many objects.
    pub tasks: Vec<Task>,
    /// B: inputs x k, orthonormal columns.
    pub subspace: Matrix<f64>,
}

/// One of the tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Objects x inputs.
    pub features: Matrix<f64>,
    /// Objects x 1: features · weights + noise.
    pub targets: Matrix<f64>,
    /// w = B a: inputs x 1.
    pub weights: Matrix<f64>,
}

impl LinearTasks {
    /// A subspace and tasks in it, each with `objects` objects (the published comparisons take 20).
    ///
    /// # Panics
    /// If `objects`, `tasks` or `dimension` is 0, `dimension` is more than `inputs`, or the noise is not a finite number of
    /// at least 0.
    #[track_caller]
    pub fn sample(&self, objects: usize, seed: u64) -> LinearTasksSample {
        assert!(
            self.tasks > 0,
            "linear tasks: the number of tasks is 0, expected at least 1"
        );
        let subspace = self.subspace(seed);
        LinearTasksSample {
            tasks: (0..self.tasks)
                .map(|number| self.task(&subspace, objects, seed, number))
                .collect(),
            subspace,
        }
    }

    /// The task `number` of the seed in a subspace, from 0: those of [`LinearTasks::sample`], and as many new ones beyond
    /// them as wanted, to be learned from few objects.
    ///
    /// # Panics
    /// If `objects` is 0, the subspace is not of inputs x k, or the noise is not a finite number of at least 0.
    #[track_caller]
    pub fn task(&self, subspace: &Matrix<f64>, objects: usize, seed: u64, number: usize) -> Task {
        check_noise("linear tasks", self.noise);
        assert!(
            (subspace.rows(), subspace.columns()) == (self.inputs, self.dimension),
            "linear tasks: the subspace is {}, expected {}x{}",
            subspace.shape(),
            self.inputs,
            self.dimension
        );
        let number = number as u64;
        let random = &mut generator(seed, "task", number);
        let weights = product(subspace, &normal_matrix(self.dimension, 1, random));
        let random = &mut generator(seed, "task inputs", number);
        let features = normal_matrix(objects, self.inputs, random);
        let random = &mut generator(seed, "task noise", number);
        let targets =
            product(&features, &weights).map(|y: f64| y + self.noise * standard_normal(random));
        Task {
            features,
            targets,
            weights,
        }
    }

    /// A random subspace: orthonormal columns by the method of Gram and Schmidt.
    #[track_caller]
    fn subspace(&self, seed: u64) -> Matrix<f64> {
        assert!(
            (1..=self.inputs).contains(&self.dimension),
            "linear tasks: a subspace of {} dimensions in {}, expected at least 1 and at most all",
            self.dimension,
            self.inputs
        );
        let random = &mut generator(seed, "subspace", 0);
        let mut columns: Vec<Vec<f64>> = Vec::new();
        while columns.len() < self.dimension {
            let mut column: Vec<f64> = (0..self.inputs).map(|_| standard_normal(random)).collect();
            // twice is enough: what rounding leaves of the others goes the second time
            for _ in 0..2 {
                for other in &columns {
                    let along = dot(&column, other);
                    column
                        .iter_mut()
                        .zip(other)
                        .for_each(|(x, y)| *x -= along * y);
                }
            }
            let length = dot(&column, &column).sqrt();
            column.iter_mut().for_each(|x| *x /= length);
            columns.push(column);
        }
        Matrix::from_rows(&columns).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators::testing::assert_noise;

    #[test]
    fn the_weights_lie_in_the_subspace_and_targets_are_linear_with_noise() {
        let settings = LinearTasks::default();
        let sample = settings.sample(20, 4);
        let b = &sample.subspace;
        assert!(
            b.transpose()
                .matmul(b)
                .is_close(&Matrix::identity(3), 1e-14)
        );
        assert_eq!(sample.tasks.len(), 30);
        let mut residuals = Vec::new();
        for task in &sample.tasks {
            let projected = b.matmul(&b.transpose().matmul(&task.weights));
            assert!(projected.is_close(&task.weights, 1e-14));
            assert_eq!(task.features.shape().to_string(), "20x50");
            let clean = task.features.matmul(&task.weights);
            residuals.extend(
                task.targets
                    .as_slice()
                    .iter()
                    .zip(clean.as_slice())
                    .map(|(y, z)| y - z),
            );
        }
        assert_noise(residuals, 0.1);
        let coordinates = sample
            .tasks
            .iter()
            .map(|task| b.transpose().matmul(&task.weights));
        assert_noise(coordinates.flat_map(Matrix::into_vec), 1.0);
        let inputs = sample
            .tasks
            .iter()
            .flat_map(|task| task.features.as_slice().to_vec());
        assert_noise(inputs, 1.0);
    }

    #[test]
    fn a_full_subspace_is_orthonormal_too() {
        let settings = LinearTasks {
            inputs: 30,
            dimension: 30,
            ..Default::default()
        };
        let b = settings.sample(1, 0).subspace;
        assert!(
            b.transpose()
                .matmul(&b)
                .is_close(&Matrix::identity(30), 1e-13)
        );
    }

    #[test]
    fn new_tasks_are_in_the_same_subspace_and_differ() {
        let settings = LinearTasks::default();
        let sample = settings.sample(20, 4);
        assert_eq!(settings.task(&sample.subspace, 20, 4, 7), sample.tasks[7]);
        let new = settings.task(&sample.subspace, 5, 4, 30);
        assert!(sample.tasks.iter().all(|task| task.weights != new.weights));
        let b = &sample.subspace;
        assert!(
            b.matmul(&b.transpose().matmul(&new.weights))
                .is_close(&new.weights, 1e-14)
        );
    }

    #[test]
    #[should_panic = "linear tasks: a subspace of 4 dimensions in 3, expected at least 1 and at most all"]
    fn a_subspace_larger_than_the_space_is_refused() {
        let settings = LinearTasks {
            inputs: 3,
            dimension: 4,
            ..Default::default()
        };
        settings.sample(5, 0);
    }
}
