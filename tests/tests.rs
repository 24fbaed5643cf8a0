//! Tests that cross crates, in one program.

mod classifier;
mod command;
mod command_apply;
mod command_autoencoders;
mod command_check;
mod command_folder;
mod command_gan;
mod command_in_sequence;
mod command_kohonen;
mod command_lecture;
mod command_methods;
mod command_report;
#[cfg(unix)]
mod command_resume;
mod command_together;
mod corners;
mod embedding;
mod evidence;
mod examples;
mod gradients;
mod kohonen;
mod operations;
mod pass_through;
mod random_graphs;
mod resuming;
mod saving;
