//! The command line. The options of Kohonen's networks have a file of their own.

mod adversarial;
mod apply;
mod asked;
mod autoencoder;
mod in_sequence;
mod kohonen;
mod lecture;
mod together;

pub use adversarial::{GAMES, PENALTIES, PenaltyKind, TrainGan};
pub use apply::{Apply, Inspect, Sample, TableFormat, TableOptions, WHATS, What};
pub use asked::{Asked, Chosen, quoted};
pub use autoencoder::{
    AutoEncoderOptions, NoiseKind, SparseKind, TrainAutoEncoder, TrainContractive, TrainDenoising,
    TrainLinear, TrainRelational, TrainSemiSupervised, TrainSparse, TrainStacked, TrainTwoLayer,
    TrainVariational, jacobian_name, sparse_name,
};
pub use in_sequence::{
    DigitTask, FunctionName, SourceLabel, TrainDistill, TrainSelfSupervised, TrainTransfer,
    function_name,
};
pub use kohonen::{
    ClusterOptions, CompetitionOptions, LATTICES, MAP_STARTS, MODES, MissingOptions, Mode,
    RateSchedule, SURFACES, SoftKernel, TrainLvq, TrainSom, TrainWta, TrainWtm, Variant,
    WindowKind, name_of, width,
};
pub use lecture::LectureOptions;
pub use together::{TrainLupi, TrainMultiTask};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use std::num::IntErrorKind;
use std::path::PathBuf;
use unsup_data::{Delimiter, LabelColumn, ScalingKind};
use unsup_models::Activation;

/// The lecture "Neural networks with unsupervised learning" (K. Vorontsov) as a program.
///
/// Every method trains on handwritten digits that come with the program, or on a table of your own, and shows what it
/// has learned as numbers and as pictures. Without a command, `unsup` runs the whole lecture and writes it as a page.
#[derive(Parser, Debug)]
#[command(
    name = "unsup",
    version,
    after_help = "Examples:
  unsup                                            the whole lecture as one page, lecture/index.html
  unsup lecture --only som,variational             two methods of it
  unsup train autoencoder --code 8                 a larger code
  unsup train autoencoder --data table.csv --widths 64,16 --out runs/table
  unsup train autoencoder --json | jq .ratio       the result for another program
  unsup train classifier --data train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz --epochs 5
  unsup methods                                    what else there is to train
  unsup check variational                          are its derivatives right?
  unsup apply runs/table --data new.csv --out codes.csv    what that model makes of new objects
  unsup inspect runs/table                                 what a training has left

Pictures and results go to the folder --out. `unsup train METHOD --help` explains a method and its options."
)]
pub struct Arguments {
    /// What to do; without it, `lecture`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the whole lecture: every method trained, drawn and held against its gates, on one page.
    ///
    /// Each method is trained on the digits as `unsup train` does, and its pictures are shown; then its experiments are
    /// run, which compare it with an answer that is known and with itself without its idea. Several methods are worked
    /// on at once, as many as --threads says. The exit code is 0 if all gates hold, else 1.
    ///
    /// Written to --out (lecture, if it is not given), anew after each method: index.html, the page, in one file that
    /// loads nothing from anywhere; and results.json. They take the place of an earlier lecture's from the first method
    /// on: on Ctrl-C the page of what is finished stays.
    ///
    /// results.json, and with --json standard output: version, seed, seeds, quick, threads, cpu, seconds, complete (all
    /// that was asked for has been run), methods, gates (hold, fail, not_evaluated), records (one a gate: method,
    /// experiment, evidence, name, value, deviation, reference, source (of the reference), gate, holds, seeds,
    /// seconds), figures (the same of those without a gate), skipped (experiments whose data are not there), failures.
    Lecture(LectureOptions),

    /// Train a method of the lecture and show what it has learned.
    ///
    /// Beside what its help names, each method writes report.html to --out: one page with figures, pictures, all
    /// settings, and how the saved model is used. What is written stands in for what an earlier training has left in
    /// the folder, as a whole and at the end: one that fails or is interrupted changes nothing. Other files are left
    /// alone, and a folder that holds nothing but such is refused (--force). On Ctrl-C a training saves itself, to be
    /// gone on with (--resume).
    Train {
        /// Which.
        #[command(subcommand)]
        method: Box<Asked>,
    },

    /// Check every derivative against finite differences, to second order.
    ///
    /// Every operation of the engine, every layer, loss and penalty, and the criterion of every method, by each of its
    /// parameters, on random inputs; and the steps of Kohonen's networks against half a step of the gradient. An error
    /// is |tape - numeric| / max(1, |tape|, |numeric|); of the first derivative 1e-6 is allowed, of the second 1e-5.
    /// "power" is that of h with which the remainder of the first-order expansion falls, 2 where the derivative is
    /// right. The exit code is 0 if all hold, else 1.
    ///
    /// With --json: checks (of each kind, name, methods, cases, first, second, power, holds, failure (null where it
    /// holds)), hold, fail (how many), seed, seconds.
    Check(CheckOptions),

    /// List the methods, as the lecture is arranged.
    ///
    /// With --json: methods (of each name, aliases, family, about, and whether it takes data of your own, the label of
    /// its objects, and resumes where it was interrupted: data, label, resumes).
    Methods(ListMethods),

    /// Print a script that completes commands, methods and options in a shell.
    ///
    /// bash: `unsup completions bash > ~/.local/share/bash-completion/completions/unsup`; zsh: into a file _unsup in a
    /// folder of $fpath; fish: `unsup completions fish > ~/.config/fish/completions/unsup.fish`.
    Completions {
        /// Of which shell.
        shell: Shell,
    },

    /// Bring new objects through a trained model: codes, reconstructions, winners, classes, scores.
    ///
    /// A row is written for each object, to standard output as comma-separated values, or to --out; a file is read as a
    /// whole, and answered a block of objects at a time. The objects are read and scaled as those were that the model
    /// was trained on: a table is to have the same columns (by their names in any order), the same words in them, and
    /// for most methods no missing values. The column that held the classes in training is found again, by its name or
    /// else by its number in a table of as many columns; --label names another. What can be asked for, the usual first:
    ///
    /// wta, wtm: winners, reconstructions, scores. lvq: classes, winners, reconstructions, scores. som: winners,
    /// classes (of the majority on a node, if they were known), reconstructions, scores. The auto-encoders and
    /// variational: codes, reconstructions, scores; semi-supervised: before these classes, probabilities. classifier,
    /// distill: classes, probabilities. transfer: classes, probabilities, codes. self-supervised: codes (of all
    /// fragments of an image). multi-task: predictions (of each task), probabilities, codes. lupi (the student):
    /// classes, probabilities, or of numbers predictions; and teacher, what the teacher tells, of a file with the columns
    /// that were known in training only. distill --function: predictions. gan: scores.
    ///
    /// Reconstructions and predictions are in the unit of the file. A score is the squared error of an object's
    /// reconstruction (of its scaled features), the distance from its winner, or what the discriminator of gan says:
    /// the probability that it is a true object (of the wasserstein game the critic's value). Winners, columns and rows
    /// of a map, and in .npy files classes, are numbers from 0 on.
    ///
    /// If all objects have classes that the model knows, its accuracy is said on standard error. Of multi-task, and lupi
    /// with --target, it is said of each task whose column is in the file how good it is on the objects that have a
    /// value: the accuracy, or of numbers R^2.
    ///
    /// With --json: method, what, objects, columns, accuracy (null where it is not known), file; where there are tasks
    /// also tasks (of each that is in the file name, objects, and accuracy or r_squared).
    Apply(Apply),

    /// Draw new objects from a generative model: variational or gan.
    ///
    /// They are written in the unit of the data that the model was trained on; of variational they are the means of
    /// p(x|z), with --noise draws from it: 0 or 1 where it is of Bernoulli. The first so many samples of gan are those
    /// of its samples.csv, if --seed is the same.
    ///
    /// With --json: method, objects, columns, file, picture (null without --picture).
    Sample(Sample),

    /// Show what a file or a folder holds: a model, a checkpoint, tensors of another program, data.
    ///
    /// Of a model: its method, settings and seed, the data that it was trained on, and its parameters in brief; of a
    /// checkpoint also how far the run had come. Of data: the format that was found, objects, features, words, missing
    /// values and range.
    ///
    /// With --json: file, kind (model, checkpoint, tensors, data, codebook, picture, page, results (of a lecture), marker (by
    /// which a folder of this program's is known), folder or unknown), bytes,
    /// and what there is of that kind.
    Inspect(Inspect),
}

/// The options of `unsup check`.
#[derive(Args, Clone, Debug)]
pub struct CheckOptions {
    /// What to check: a kind (operation, layer, loss, penalty, criterion, step), a method (variational), or what has
    /// this in its name (tanh). [default: everything]
    pub name: Option<String>,

    /// How many random inputs each is checked on, at most 1000.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = at_most_1000, allow_negative_numbers = true)]
    pub cases: usize,

    /// Where the random inputs come from. The same seed gives the same.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// Print one JSON object instead of the table.
    #[arg(long)]
    pub json: bool,

    /// Print those that fail alone, and how many there are.
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
}

/// The options of `unsup methods`.
#[derive(Args, Clone, Debug)]
pub struct ListMethods {
    /// Print one JSON object instead of the list.
    #[arg(long)]
    pub json: bool,

    /// Print the names alone, one a line.
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
}

/// The methods that can be trained, in the order of the lecture.
#[derive(Subcommand, Debug)]
pub enum Method {
    /// Competitive learning, the winner takes all: k-means, object by object.
    ///
    /// The centre nearest to an object moves toward it, w := w + eta (x - w), and no other. What falls is Q, the mean
    /// squared distance of an object from its nearest centre; it is estimated while training goes on, Q := (1 - lambda)
    /// Q + lambda rho^2.
    ///
    /// Written to --out: model.safetensors and codebook.cod (the centres; the second in SOM_PAK's format and the unit
    /// of the file), history.csv (Q, the farthest movement of a centre and the share of objects that changed their
    /// winner, each epoch), and quantized.png (objects over the centres that stand for them).
    ///
    /// With --json: q, q_estimate, quantization_error, clusters, dead (centres that win no object), epochs, settled,
    /// left_out (objects without any value), seconds.
    Wta(TrainWta),

    /// Soft competition, the winner takes most: no centre is left behind.
    ///
    /// Every centre moves toward an object, w := w + eta K (x - w), the less the farther it is: by a kernel of its
    /// distance, or of its rank among the centres (neural gas). The width of the kernel shrinks, so that in the end it
    /// is hard competition. It does not depend on where the centres begin as hard competition does.
    ///
    /// Written to --out and with --json: as for `unsup train wta`.
    #[command(visible_alias = "neural-gas")]
    Wtm(TrainWtm),

    /// LVQ: centres with classes, which objects of their class attract and others repel. A classifier.
    ///
    /// It is judged on the objects of --test, or on a third of the data that is held out, and beside it stand the
    /// accuracy of the start alone and of random objects in the place of the centres. If centres run away, as they may
    /// in lvq2.1 with one centre a class, the training ends, the best centres are restored, and it is said.
    ///
    /// Written to --out: model.safetensors and codebook.cod (the centres with their classes), history.csv,
    /// quantized.png (held-out objects over the centres that stand for them).
    ///
    /// With --json: train_accuracy, test_accuracy, start_accuracy, objects_accuracy, in_window (null where the variant
    /// has none), diverged (null, or the epoch), centres, epochs, seconds.
    Lvq(TrainLvq),

    /// Kohonen's map: centres on a grid, neighbours on which become alike. A picture of many-dimensional data.
    ///
    /// The nodes near the winner on the grid move with it; the radius of this neighbourhood shrinks. All settings that
    /// are not given are chosen, some from the data, and the summary and the page say why.
    ///
    /// Written to --out: map.html (everything, explained for someone who has never seen a map), the pictures in it as
    /// PNG files, model.safetensors and codebook.cod (the map; the second in SOM_PAK's format and the unit of the
    /// file), and history.csv (radius, Q, quantization and topographic error of each epoch).
    ///
    /// With --json: columns, rows, quantization_error, topographic_error (by 8 or 6 neighbours), topographic_error_4
    /// (null on a hexagonal map), trustworthiness and continuity (null on a torus, or with fewer than 22 objects; of
    /// more than 3000 they are measured on so many, drawn at random), distortion, dead, folded, last_radius, epochs,
    /// settled, majority_accuracy (null without labels), class_correlations (of each feature with the share of the
    /// second of two classes, else null), left_out, seconds.
    #[command(visible_alias = "kohonen", alias = "map")]
    Som(TrainSom),

    /// The linear auto-encoder: f = Ax + a, g = Bz + b. PCA, learned.
    ///
    /// The loss is that of PCA, and the decoder spans its subspace: the largest angle between the two is printed.
    ///
    /// --ablate: with the encoder left at its random start; only the decoder learns.
    ///
    /// Written to --out: as for autoencoder, and filters.png (what each number of the code adds to an object). With
    /// --json: as for autoencoder, and degrees_to_pca (null where PCA has no such subspace).
    Linear(TrainLinear),

    /// The two-layer auto-encoder: f = sigma(Ax + a), g = sigma(Bz + b).
    ///
    /// --ablate: with the identity in the place of sigma.
    ///
    /// Written to --out: as for autoencoder, and filters.png. With --json: as for autoencoder.
    TwoLayer(TrainTwoLayer),

    /// The deep auto-encoder: codes of a few numbers from which the objects are reconstructed.
    ///
    /// An encoder f takes each object x to a code f(x) of --code numbers, a decoder g takes the code back, and both are
    /// trained together so that the mean of ||g(f(x)) - x||^2 over the objects is least. A third of the objects is held
    /// out. At the end stand the squared error per object (its sum over features) on the training part and on the
    /// held-out part, and beside it that of PCA, the best linear code of the same size, on the same held-out objects;
    /// their ratio says what the bending of the code is worth. Then what the code is worth: the error when its numbers
    /// are kept with 8 bits each; where labels are known the accuracy of a linear classifier and of 5 neighbours on
    /// codes; of a code of two numbers how well it keeps neighbours.
    ///
    /// --ablate: with the identity in the place of tanh: near PCA again (the same, but for the output's sigmoid on
    /// images).
    ///
    /// Written to --out: reconstructions.png (held-out objects over their reconstructions) and, for a code of two
    /// numbers, codes.png (a map of the held-out objects, coloured by label where labels are known); model.safetensors
    /// (the trained model) and history.csv (the losses of each epoch), or, where training diverges, what was good of
    /// both in diverged.safetensors and diverged.csv.
    ///
    /// With --json: train_loss, heldout_loss, pca_loss, ratio (null where PCA makes next to no error),
    /// heldout_loss_8_bits, linear_accuracy and neighbours_accuracy (on the first 2000 objects of either part; null
    /// without labels), trustworthiness (null unless the code has two numbers and there are 22 objects), warnings,
    /// ablated (the same figures; null without --ablate), seconds.
    #[command(visible_aliases = ["deep", "ae"])]
    Autoencoder(TrainAutoEncoder),

    /// The sparse auto-encoder: most units of the code, or most weights, are about 0.
    ///
    /// One layer each way, and one of four penalties: KL(epsilon || mean activation) over the units of a sigmoid code,
    /// the sum of |f(x)| over the units of a ReLU code, and the L1 or the squared L2 norm of all weights.
    ///
    /// --ablate: with the penalty's weight 0.
    ///
    /// Written to --out: as for autoencoder, filters.png, and code-values.png (how often a unit has which value, with
    /// and without). With --json: as for autoencoder, and mean_activation, near_zero (the share of values of the code
    /// below 0.05 in size), zero_weights (of weights below 0.001).
    Sparse(TrainSparse),

    /// The denoising auto-encoder: the clean object is found again from a damaged copy.
    ///
    /// Gaussian noise or masking, drawn anew at each step. With --ring it is trained on a ring of eight Gaussians,
    /// where the best denoiser is known.
    ///
    /// --ablate: without noise in training.
    ///
    /// Written to --out: as for autoencoder, filters.png, and denoised.png (clean, damaged, denoised); with --ring or
    /// other data of two features field.png (the arrows (g(f(x)) - x)/sigma^2; on the ring beside the exact score).
    /// With --json: as for autoencoder, and noisy_loss (of the damaged held-out objects), denoised_loss (of what is
    /// found again), bayes_loss (of the best denoiser; null but on the ring).
    #[command(visible_alias = "dae")]
    Denoising(TrainDenoising),

    /// The contractive auto-encoder: the code moves little when its object does.
    ///
    /// One layer of sigmoids with tied weights, and lambda times the squared norm of the encoder's Jacobian.
    ///
    /// --ablate: with lambda = 0.
    ///
    /// Written to --out: as for autoencoder, filters.png, and spectrum.png (the mean singular values of the Jacobian,
    /// with and without). With --json: as for autoencoder, and jacobian_norm (the mean over the first 200 held-out
    /// objects), saturated (the share of values of the code below 0.05 or above 0.95).
    #[command(visible_alias = "cae")]
    Contractive(TrainContractive),

    /// The relational auto-encoder: pairs of objects are related as their reconstructions are.
    ///
    /// The loss of inner products of pairs above a threshold, beside the reconstruction's.
    ///
    /// --ablate: with the relation's weight 0.
    ///
    /// Written to --out: as for autoencoder. With --json: as for autoencoder, and relation_loss (of pairs of the first
    /// 1000 held-out objects), threshold.
    Relational(TrainRelational),

    /// The stacked auto-encoder: layers trained one after the other, then together.
    ///
    /// Each layer of sigmoids is trained as an auto-encoder of what the layer before it gives; then all are joined and
    /// tuned as a whole.
    ///
    /// --ablate: tuned from random weights, without the epochs of the layers.
    ///
    /// Written to --out: as for autoencoder, and filters.png (of the first layer). With --json: as for autoencoder, and
    /// pretrained_loss (held-out, before it was tuned).
    Stacked(TrainStacked),

    /// The variational auto-encoder: codes with a distribution, from which new objects are drawn.
    ///
    /// --ablate: with beta = 0, without the divergence from the prior.
    ///
    /// Written to --out: as for autoencoder, and samples.png (from the prior), similar.png (objects like given ones),
    /// interpolation.png, and, for a code of two numbers, manifold.png. With --json: as for autoencoder, and elbo, kl,
    /// importance_weighted_bound (of 50 draws), of the first 1000 held-out objects in nats per object (of grey images
    /// with the cross-entropy in the place of ln p(x|z)), active_units.
    #[command(visible_alias = "vae")]
    Variational(TrainVariational),

    /// An auto-encoder with a predictor: all objects teach the code, those with labels also the classes.
    ///
    /// Of the training part --labels objects keep their labels.
    ///
    /// --ablate: without the reconstruction, supervised only, with the same noise.
    ///
    /// Written to --out: as for autoencoder. With --json: as for autoencoder, and test_accuracy.
    SemiSupervised(TrainSemiSupervised),

    /// Transfer of knowledge: an encoder that has learned elsewhere, on a task with few labels.
    ///
    /// An encoder is learned in a first task with many labels (on the digits: which of the ten it is), and another one
    /// as a denoising auto-encoder of all objects without any label. On each of them a linear classifier learns the
    /// second task from the few objects that have labels there, with the encoder frozen or fine-tuned; beside them stand
    /// the two controls, a random encoder that stays and the same layers learned from scratch. A third of the data is
    /// held out to judge by. With --target others the first task is 0 to 4 and the second 5 to 9: what was learned is
    /// then of little use.
    ///
    /// Written to --out: curve.png (accuracy against the number of labels; not where there is one number), and, of the
    /// first line of the table in the first run, model.safetensors (encoder and classifier) and history.csv.
    ///
    /// With --json: first_task_accuracy (on held-out digits; null with --data), accuracy (the table: name, accuracy,
    /// gain over from scratch, run by run), curve (for each number of labels a class the accuracy of each line, under
    /// first_frozen, first_tuned, unlabelled_frozen, unlabelled_tuned, random_frozen, scratch), warnings, seconds; a
    /// number of several runs has mean and deviation.
    Transfer(TrainTransfer),

    /// Self-supervision: codes of images without labels, from the positions of their fragments.
    ///
    /// Two fragments are cut from one image, and from their codes it is to be told which of its eight neighbours the
    /// second is to the first. The encoder is one for both. It is judged by pairs from held-out images (a third),
    /// where chance is 1/8; and, where labels are known, by a linear classifier of the images from the codes of all
    /// their fragments, beside the codes of random weights and the pixels themselves.
    ///
    /// --ablate: with the positions shuffled in training; nothing but chance must come of it.
    ///
    /// Written to --out: fragments.png (pairs with their true and predicted positions, and how often each position is
    /// told), and, of the first run, model.safetensors (encoder and head) and history.csv.
    ///
    /// With --json: side, gap, jitter, positions (the table: name, train_accuracy, heldout_accuracy), codes (the table:
    /// name, linear_accuracy, neighbours_accuracy, on the first 2000 images of either part; empty without labels),
    /// warnings, seconds; a number of several runs has mean and deviation.
    SelfSupervised(TrainSelfSupervised),

    /// Multi-task learning: one encoder for all tasks, a head for each.
    ///
    /// z = f(x) serves all tasks, g_t(z) answers task t, and all are trained together so that the mean of the losses
    /// over all objects of all tasks is least. Without --data or --digits: linear tasks y = <w_t, x> + noise, whose
    /// weights all lie in one subspace. The encoder is compared with that subspace, the weights of each task with the
    /// true ones and with those that ridge regression finds in the task alone, and new tasks are learned from 1, 5,
    /// 10, .. objects, on codes and without. Then again with 5 to 80 objects a task and 1 to all tasks: a task is
    /// learned the better the more objects it has (learnability), and the more tasks there are (learning to learn).
    ///
    /// With --digits: four questions about the digits (which it is; even or odd; with a loop or without; below 5 or
    /// not), each with few objects of its own. With --data and --targets: columns of a table that are tasks over the
    /// others. Either way beside networks of the same layers that learn one task each; a third of a table is held out
    /// to judge by, 597 of the digits.
    ///
    /// Written to --out: curve.png (the error against the number of objects, a line for each number of tasks) and
    /// few-shot.png (the error in new tasks), or tasks.png (each task, shared and alone), and model.safetensors
    /// (encoder and heads of the first run).
    ///
    /// With --json: learned (angle_degrees, to the true subspace; error and alone_error, ||w - w_t||^2 / ||w_t||^2,
    /// which is the squared error on new objects over the variance of the answers, mean of the tasks), few_shot (for
    /// each number of objects codes_error and raw_error), curve (for each number of tasks the error with objects_5 to
    /// objects_80); with --digits or --data: tasks (for each objects, shared, alone, gain: accuracies, of numbers
    /// R^2); then warnings, seconds. A number of several runs has mean and deviation.
    MultiTask(TrainMultiTask),

    /// Distillation: a small network learns the answers of a large one; or a surrogate, those of a function.
    ///
    /// A large network learns from all labels. Small ones know the labels of a few objects: one learns from these, one
    /// the large one's answers to the same objects, and one its answers to all objects, softened by a temperature. They
    /// are judged on the objects of --test, or on a third of the data that is held out.
    ///
    /// With --function a network learns a function that is dear to call from a few calls. It is judged by R^2 at 5000
    /// new points, beside a linear regression of the same calls.
    ///
    /// Written to --out: sizes.png (accuracy against the student's number of weights; not with --sizes none),
    /// calibration.png (how sure they are, against how often they are right), and, of the student on all objects in the
    /// first run, model.safetensors and history.csv; with --function surrogate.png (what is learned against what is
    /// true), plane.png (both over the plane, for branin) and model.safetensors.
    ///
    /// With --json: students (the table: name, weights, accuracy, cross_entropy in nats per object, calibration_error),
    /// sizes (for each number of units weights and the accuracies under labels, soft_few, soft_all; empty with --sizes
    /// none), warnings, seconds; with --function: r_squared, linear_r_squared, surrogate (the table of both), weights;
    /// a number of several runs has mean and deviation.
    #[command(visible_alias = "distillation")]
    Distill(TrainDistill),

    /// Learning with privileged information: a teacher sees more of the training objects than is known later.
    ///
    /// The teacher a*(x*) learns from x*, which is known in training only; the student a(x) then learns from what the
    /// teacher answers (distilled), or both learn together (joint), so that own L(a, y) + lambda L(a*, y) + mu L(a,
    /// a*) is least. They are judged by objects of which the student sees x alone. Beside them stand the teacher
    /// itself on those objects (privileged) and a student of y alone (regular).
    ///
    /// Without --data or --series: the four experiments of Lopez-Paz, Bottou, Scholkopf, Vapnik (2016), with logistic
    /// regressions, 10,000 test objects, and the published figures beside. With --series: the next value of a series
    /// from the past, x* its future after that (linear regressions, R^2). With --data and --privileged: columns of a
    /// table that are known in training only; a third is held out.
    ///
    /// Written to --out: scores.png (all ways beside each other), with --curve curve-1.png to curve-4.png, or
    /// curve.png (against the number of training objects), and model.safetensors (distilled student and teacher of
    /// the first run, of the first experiment).
    ///
    /// With --json: scores (a table: name, privileged, regular, distilled, joint, with --random also random;
    /// accuracies, of numbers R^2; published figures in rows of their own), with --curve curve (the same for each
    /// number of objects), with --series best_r_squared (of the forecast by the true coefficients), warnings,
    /// seconds. A number of several runs has mean and deviation.
    #[command(visible_alias = "privileged")]
    Lupi(TrainLupi),

    /// The generative adversarial network: one network makes objects of noise, another is to tell them from true ones.
    ///
    /// G makes an object of z, --code numbers from N(0, I); D gives the probability that an object is a true one. D
    /// maximises V, the mean of ln D(x) over objects and of ln(1 - D(G(z))) over samples, and G learns to deceive it. V
    /// is 0 where samples can be told from objects without fail, and -ln 4 = -1.3863 where D can only guess, as it must
    /// where they are alike. Without --data or --digits: points of eight Gaussians on a ring, of which it is known what
    /// a generator should find. A third of the objects is held out to compare samples with.
    ///
    /// What goes wrong is said on the way, and again at the end: that all samples are nearly one, that some kinds of
    /// objects are missed, that D wins. A run whose numbers leave their range ends, and what was good of it is kept.
    ///
    /// Written to --out: model.safetensors (G, averaged over the last steps, and D), history.csv (a line for each
    /// fortieth of the run), samples.csv (--samples new objects, in the unit of the data), value.png (V over the
    /// steps), samples-over-training.png, and, of two features, surface.png (D over the plane, with objects and
    /// samples; on the ring beside the best D; not for wasserstein); or, where training diverges, what was good of both
    /// networks in diverged.safetensors and diverged.csv.
    ///
    /// With --json: value, d_objects, d_samples (V and the means of D(x) and D(G(z)) over the last fortieth of the
    /// steps; of wasserstein those of the critic; null if D took no steps), chance_value (-ln 4; null for wasserstein);
    /// of up to 1000 held-out objects and as many samples spread (the root mean squared distance of two samples over
    /// that of two objects), coverage (the share of objects that have a sample as near as their fifth fellow),
    /// precision (the share of samples as near to an object), and true_coverage, true_precision (of training objects in
    /// the place of samples); on the ring modes and modes_hit (with at least a fiftieth of their even share of 10,000 samples),
    /// near (the share within 3 deviations of one), reverse_kl (of the modes' shares, in nats); where classes are known
    /// judge_accuracy (of a classifier, on held-out objects), classes, classes_made (with at least a tenth of their
    /// share, as the classifier tells them), class_shares (the table: name, objects, samples; of up to 30 classes);
    /// warnings, seconds.
    #[command(visible_alias = "adversarial")]
    Gan(TrainGan),

    /// A network that tells classes, trained with a teacher: what the other methods are measured by.
    ///
    /// Layers of the given widths and then the logits of the classes, trained so that the mean of -ln p(class of x | x)
    /// over the objects is least. It is judged on the objects of --test, or on a third of the data that is held out.
    /// With --patience a tenth of the training part is set aside, and training ends when the loss on it no longer
    /// falls.
    ///
    /// Written to --out: model.safetensors (the trained model) and history.csv (the losses of each epoch), or, where
    /// training diverges, what was good of both in diverged.safetensors and diverged.csv.
    ///
    /// With --json: train_loss, test_loss, train_accuracy, test_accuracy, epochs (done), best_epoch (null without
    /// --patience), parameters, seconds.
    #[command(visible_alias = "mlp")]
    Classifier(TrainClassifier),
}

impl Method {
    /// How it is run.
    pub fn run_options(&self) -> &RunOptions {
        match self {
            Self::Autoencoder(settings) => &settings.common.run,
            Self::Linear(settings) => &settings.common.run,
            Self::TwoLayer(settings) => &settings.common.run,
            Self::Sparse(settings) => &settings.common.run,
            Self::Denoising(settings) => &settings.common.run,
            Self::Contractive(settings) => &settings.common.run,
            Self::Relational(settings) => &settings.common.run,
            Self::Stacked(settings) => &settings.common.run,
            Self::Variational(settings) => &settings.common.run,
            Self::SemiSupervised(settings) => &settings.common.run,
            Self::Classifier(settings) => &settings.run,
            Self::Wta(settings) => &settings.run,
            Self::Wtm(settings) => &settings.run,
            Self::Lvq(settings) => &settings.run,
            Self::Som(settings) => &settings.run,
            Self::Transfer(settings) => &settings.run,
            Self::SelfSupervised(settings) => &settings.run,
            Self::Distill(settings) => &settings.run,
            Self::MultiTask(settings) => &settings.run,
            Self::Lupi(settings) => &settings.run,
            Self::Gan(settings) => &settings.run,
        }
    }
}

/// Where the objects come from.
#[derive(Args, Clone, Debug)]
pub struct DataOptions {
    /// A file with the objects: a table of numbers and words (separated by commas, tabs, semicolons or spaces, with or
    /// without names in the first line), IDX (as MNIST; the matching file of labels is found), .npy, or a CIFAR batch;
    /// gzip'd or not. Without it: 1797 handwritten digits of 8x8 pixels, values 0 to 1.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub reading: ReadingOptions,

    /// How features are scaled, as they are on the training part: standard (mean 0, deviation 1), min-max (0 to 1),
    /// unit (each object to length 1) or none. [default: none for images, standard for others]
    #[arg(long, value_name = "KIND")]
    pub scaling: Option<ScalingKind>,
}

/// How a table is read.
#[derive(Args, Clone, Debug)]
pub struct ReadingOptions {
    /// The column of a table that holds the objects' classes: its name, its number from 1 on, "first" or "last".
    #[arg(long, value_name = "COLUMN", requires = "data")]
    pub label: Option<LabelColumn>,

    /// What separates the cells of a table: comma, tab, semicolon or space (any white space). [default: found out]
    #[arg(long, value_name = "NAME", value_parser = delimiter, requires = "data")]
    pub delimiter: Option<Delimiter>,

    /// Whether the first line of a table holds names: yes or no. [default: found out]
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no, requires = "data")]
    pub header: Option<bool>,

    /// The cells of a table that stand for a missing value. [default: "?", "NA" and an empty cell]
    #[arg(
        long,
        value_name = "CELL,CELL,...",
        value_delimiter = ',',
        requires = "data"
    )]
    pub missing: Option<Vec<String>>,
}

impl DataOptions {
    /// Refuses options that say how --data is read, or `others` that need it too, where there is no --data. (The parser
    /// lets them pass where an option is given that excludes --data.)
    pub fn check(&self, others: &[(&str, bool)]) -> Result<(), String> {
        let own = [
            ("--label", self.reading.label.is_some()),
            ("--delimiter", self.reading.delimiter.is_some()),
            ("--header", self.reading.header.is_some()),
            ("--missing", self.reading.missing.is_some()),
        ];
        let mut given = own.iter().chain(others).filter(|(_, given)| *given);
        match given.next() {
            Some((option, _)) if self.data.is_none() => {
                Err(format!("{option} has no use here: it is of --data"))
            }
            _ => Ok(()),
        }
    }
}

/// How long and how fast is trained.
#[derive(Args, Clone, Debug)]
pub struct TrainingOptions {
    /// How often each object is seen. [default: 200; of more than 2,000 objects fewer, but at least 10; for distill at
    /// most 60, with --function 500]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub epochs: Option<usize>,

    /// How many objects are in a step.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_1, allow_negative_numbers = true)]
    pub batch_size: usize,

    /// The learning rate of Adam at the start; it falls to 0 along half a cosine (it stays in transfer). [default:
    /// 0.002; 0.02 for linear, 0.01 for two-layer, sparse (but for codes), denoising, contractive and stacked, 0.005
    /// for relational, variational and distill]
    #[arg(long, value_name = "RATE", value_parser = positive, allow_negative_numbers = true)]
    pub rate: Option<f64>,
}

impl TrainingOptions {
    /// How often each of so many objects is seen: if it is not given, 400,000 objects are seen in all, as long as that
    /// is 10 to 200 times each.
    pub fn epochs(&self, objects: usize) -> usize {
        self.epochs.unwrap_or_else(|| usual_epochs(objects))
    }
}

/// As often as 400,000 objects are seen in all, as long as that is 10 to 200 times each.
fn usual_epochs(objects: usize) -> usize {
    (400_000 / objects.max(1)).clamp(10, 200)
}

/// How a run is run.
#[derive(Args, Clone, Debug)]
pub struct RunOptions {
    /// Where all randomness comes from: the split, the initial weights, the order. The same seed gives the same bits.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// How many threads large products and loops may use; the result does not depend on it. [default: all processors]
    #[arg(long, value_name = "N", value_parser = at_least_1, allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// The folder for the results; it is made if it is not there. What an earlier training has left in it is replaced
    /// as a whole, once all is done. [default: runs/METHOD; lecture for the lecture]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Write to --out also if it holds files that this program has not left: beside them, over those of the same names.
    #[arg(long)]
    pub force: bool,

    /// Print one JSON object instead of the summary.
    #[arg(long)]
    pub json: bool,

    /// Say nothing of what was found out about the data, and show no progress.
    #[arg(long, short)]
    pub quiet: bool,
}

/// How a run that takes long is saved on the way.
#[derive(Args, Clone, Debug)]
pub struct CheckpointOptions {
    /// Save the run to checkpoint.safetensors in --out after every so many steps, until it is done: of each of several
    /// trainings, and of Kohonen's networks, whose step is an object, at the end of the epoch. [default: every 30
    /// seconds]
    #[arg(long, value_name = "STEPS", value_parser = at_least_1, allow_negative_numbers = true)]
    pub checkpoint_every: Option<usize>,

    /// Go on with the run that checkpoint.safetensors in --out holds, to the same bits as if it had not been
    /// interrupted; all other options as they were. Of several trainings those that were done are not done again. Where
    /// there is none the run begins anew.
    #[arg(long)]
    pub resume: bool,
}

/// The options of `unsup train classifier`.
#[derive(Args, Clone, Debug)]
pub struct TrainClassifier {
    #[command(flatten)]
    pub data: DataOptions,

    /// A file with the objects to judge by, in the format of --data. [default: a third of --data is held out]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub test: Option<PathBuf>,

    /// Widths of the layers between the features and the logits; "none" for a logistic regression.
    #[arg(
        long,
        value_name = "N,N,...",
        default_value = "100",
        value_parser = widths,
        allow_hyphen_values = true
    )]
    pub widths: Widths,

    /// What these layers apply: relu, tanh, sigmoid, softplus, leaky-relu:SLOPE or identity.
    #[arg(long, value_name = "NAME", default_value = "relu")]
    pub activation: Activation,

    /// The probability with which a value between layers is set to 0 in training.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability, allow_negative_numbers = true)]
    pub dropout: f64,

    #[command(flatten)]
    pub training: TrainingOptions,

    /// End when the loss on a tenth of the training part, set aside, has not fallen for so many epochs, and keep the
    /// best weights.
    #[arg(long, value_name = "EPOCHS", value_parser = at_least_1, allow_negative_numbers = true)]
    pub patience: Option<usize>,

    #[command(flatten)]
    pub checkpoint: CheckpointOptions,

    #[command(flatten)]
    pub run: RunOptions,
}

impl Default for TrainClassifier {
    /// What no options give.
    fn default() -> Self {
        no_options()
    }
}

/// The settings that no options give.
fn no_options<A: Args>() -> A {
    #[derive(Parser)]
    struct Only<A: Args> {
        #[command(flatten)]
        settings: A,
    }
    Only::<A>::parse_from([""]).settings
}

/// What separates cells.
fn delimiter(text: &str) -> Result<Delimiter, String> {
    match text {
        "comma" => Ok(Delimiter::Comma),
        "tab" => Ok(Delimiter::Tab),
        "semicolon" => Ok(Delimiter::Semicolon),
        "space" => Ok(Delimiter::WhiteSpace),
        _ => Err("expected comma, tab, semicolon or space".to_owned()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// Widths of layers, perhaps none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Widths(pub Vec<usize>);

/// `"128,64"`, or `"none"`.
fn widths(text: &str) -> Result<Widths, String> {
    if text.trim() == "none" {
        return Ok(Widths(Vec::new()));
    }
    let width = |text| at_least_1(text).map_err(|error| format!("found '{text}', {error}"));
    text.split(',')
        .map(width)
        .collect::<Result<_, _>>()
        .map(Widths)
}

/// A number in [0, 1).
fn probability(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if (0.0..1.0).contains(&number) => Ok(number),
        _ => Err("expected a number from 0 on and below 1".to_owned()),
    }
}

/// A whole number from 1 on.
fn at_least_1(text: &str) -> Result<usize, String> {
    match text.trim().parse::<usize>() {
        Ok(number) if number >= 1 => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(format!("expected at most {}", usize::MAX))
        }
        _ => Err("expected a whole number of at least 1".to_owned()),
    }
}

/// A whole number from 1 to a thousand: of things that take their time each.
fn at_most_1000(text: &str) -> Result<usize, String> {
    match at_least_1(text) {
        Ok(number) if number <= 1000 => Ok(number),
        _ => Err("expected a whole number from 1 to 1000".to_owned()),
    }
}

/// A whole number from 0 on.
fn seed(text: &str) -> Result<u64, String> {
    let number = text.trim().parse::<u64>();
    number.map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// A finite number above 0.
fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("expected a number above 0".to_owned()),
    }
}

/// One of several names.
fn named<V: Copy>(text: &str, names: &[(&str, V)]) -> Result<V, String> {
    let found = names.iter().find(|(name, _)| *name == text);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|&(name, _)| name).collect();
        let (last, others) = names.split_last().expect("there are names");
        format!("expected {} or {last}", others.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_no_options() {
        let settings = TrainAutoEncoder::default();
        assert_eq!((settings.code, settings.widths), (2, Widths(vec![128, 64])));
        assert!(!settings.common.ablate);
        let settings = TrainClassifier::default();
        assert_eq!(settings.widths, Widths(vec![100]));
        let epochs = |objects| settings.training.epochs(objects);
        assert_eq!([1, 1200, 4000, 60_000].map(epochs), [200, 200, 100, 10]);
    }
}
