//! Classical methods in `f64`, exact or to a stated tolerance: what networks are judged by, and what some need.
//!
//! | item | what it is for |
//! |---|---|
//! | [`symmetric_eigen`] | eigenvalues and eigenvectors of a symmetric matrix, the ground of the next ones |
//! | [`Pca`] | the best linear auto-encoder in closed form: what an auto-encoder is measured against |
//! | [`Ridge`] | the best linear map from codes to numbers in closed form: a judge of what codes still say |
//! | [`LogisticRegression`] | the best linear classifier of codes: the usual judge of a representation |
//! | [`KNearestClassifier`], [`KNearestRegressor`] | the judges that ask of codes only that like lies near like |
//! | [`KMeans`] | the exact form of what competitive learning does object by object |
//! | [`GaussianMixture`] | a density, and clusters to which an object belongs in part, by EM |
//! | [`MixtureClassifier`] | the classifier of Bayes with such a density for each class |
//! | [`nearest`], [`k_nearest`] | the search under neighbours and k-means, and for the winners of a map |
//! | [`principal_angles`] | how far a learned subspace lies from the true one |
//! | [`minimise`] | a minimum of a smooth function, by L-BFGS |
//! | [`accuracy`], [`r_squared`] | how well predictions hit |
//! | [`trustworthiness`], [`continuity`] | how well a map or a code keeps neighbourhoods |
//!
//! Names and conventions follow scikit-learn in meaning; where a scale differs the item says so.

mod classes;
mod eigen;
mod k_means;
mod k_nearest;
mod logistic_regression;
mod minimise;
mod mixture;
mod mixture_classifier;
mod nearest;
mod pca;
mod ridge;
mod scores;
mod shared;
mod subspace;
#[cfg(test)]
mod testing;
mod trustworthiness;

pub use eigen::{Eigen, symmetric_eigen};
pub use k_means::{KMeans, KMeansSettings, KMeansStart};
pub use k_nearest::{KNearestClassifier, KNearestRegressor};
pub use logistic_regression::{LogisticRegression, LogisticRegressionSettings};
pub use minimise::{MinimiseSettings, Minimum, minimise};
pub use mixture::{Covariance, GaussianMixture, GaussianMixtureSettings};
pub use mixture_classifier::MixtureClassifier;
pub use nearest::{Nearest, k_nearest, nearest};
pub use pca::Pca;
pub use ridge::Ridge;
pub use scores::{accuracy, r_squared};
pub use subspace::principal_angles;
pub use trustworthiness::{
    NeighbourhoodPreservation, continuity, neighbourhood_preservation, trustworthiness,
};
