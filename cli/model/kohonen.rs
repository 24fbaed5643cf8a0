//! Centres: clusters, a classifier of centres, a map.

use super::answer::{Answer, Classes};
use super::{Asked, Offer, Source, offer};
use crate::arguments::{LATTICES, SURFACES, What};
use crate::data::TrainedOn;
use std::rc::Rc;
use unsup_models::Matrix;
use unsup_models::kohonen::{Codebook, Grid, Lvq, Map};

/// Of wta and wtm.
pub(super) fn clusters(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let clusters = source.settings.count("clusters")?;
    let codebook = Rc::new(source.filled(Codebook::new(blank(source, on, clusters)?))?);
    let mut offers = vec![offer(What::Winners, &codebook, |codebook, x| {
        Answer::whole("winner", winners(codebook, x)).beside(distances(codebook, x))
    })];
    offers.extend(of_centres(&codebook, on, |codebook| codebook));
    Ok(taking_missing(offers))
}

/// Of lvq.
pub(super) fn lvq(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let settings = source.settings;
    let of_centre = settings.wholes("class_of_centre")?;
    let names = settings.texts("classes")?;
    if of_centre.is_empty() || !are_classes(of_centre.iter(), &names) {
        return Err(settings.refuse("class_of_centre", "a class for each centre"));
    }
    let centres = blank(source, on, of_centre.len())?;
    let lvq = Rc::new(source.filled(Lvq::with_centres(centres, of_centre))?);
    let classes = Classes::named(&names);
    let mut offers = vec![
        offer(What::Classes, &lvq, move |lvq, x| {
            Answer::classes("class", lvq.predict(x), &classes)
        }),
        offer(What::Winners, &lvq, |lvq, x| {
            let codebook = lvq.codebook();
            Answer::whole("winner", winners(codebook, x)).beside(distances(codebook, x))
        }),
    ];
    offers.extend(of_centres(&lvq, on, |lvq| lvq.codebook()));
    Ok(Asked {
        classes: Some(names),
        ..taking_missing(offers)
    })
}

/// Of som.
pub(super) fn map(source: &Source<'_>, on: &TrainedOn) -> Result<Asked, String> {
    let settings = source.settings;
    let (columns, rows) = (settings.count("columns")?, settings.count("rows")?);
    let lattice = settings.one_of("lattice", &LATTICES)?;
    let surface = settings.one_of("surface", &SURFACES)?;
    if !Grid::closes(rows, lattice, surface) {
        return Err(settings.refuse("rows", "an even number for a hexagonal torus"));
    }
    let centres = blank(source, on, columns.saturating_mul(rows))?;
    let grid = Grid::new(columns, rows, lattice, surface);
    let map = Rc::new(source.filled(Map::with_centres(grid, centres))?);
    let mut offers = vec![offer(What::Winners, &map, |map, x| {
        let found = winners(map.codebook(), x);
        let place = |of: fn((usize, usize)) -> usize| {
            let places = found
                .iter()
                .map(|node| Some(of(map.grid().place((*node)?))));
            places.collect()
        };
        let (column, row) = (place(|(m, _)| m), place(|(_, h)| h));
        Answer::whole("winner", found)
            .beside(Answer::whole("column", column))
            .beside(Answer::whole("row", row))
            .beside(distances(map.codebook(), x))
    })];
    let classes = classes_of_nodes(source, grid)?;
    if let Some((of_node, names)) = &classes {
        let (of_node, names) = (of_node.clone(), Classes::named(names));
        offers.push(offer(What::Classes, &map, move |map, x| {
            let winners = winners(map.codebook(), x).into_iter();
            Answer::classes(
                "class",
                winners.map(|node| of_node[node?]).collect(),
                &names,
            )
        }));
    }
    offers.extend(of_centres(&map, on, |map| map.codebook()));
    Ok(Asked {
        classes: classes.map(|(_, names)| names),
        ..taking_missing(offers)
    })
}

/// The class of most objects on each node, and the names of classes, if these were known.
type ClassesOfNodes = Option<(Vec<Option<usize>>, Vec<String>)>;

fn classes_of_nodes(source: &Source<'_>, grid: Grid) -> Result<ClassesOfNodes, String> {
    let (settings, name) = (source.settings, "class_of_node");
    if settings.value(name).is_null() {
        return Ok(None);
    }
    let names = settings.texts("classes")?;
    let nodes = settings.value(name).as_array().into_iter().flatten();
    let node = |class: &unsup_nn::saving::Value| match class.as_u64() {
        None => class.is_null().then_some(None),
        Some(class) => usize::try_from(class).ok().map(Some),
    };
    let of_node: Option<Vec<Option<usize>>> = nodes.map(node).collect();
    let fit = |of_node: &Vec<Option<usize>>| {
        of_node.len() == grid.nodes() && are_classes(of_node.iter().flatten(), &names)
    };
    match of_node.filter(fit) {
        Some(of_node) => Ok(Some((of_node, names))),
        None => Err(settings.refuse(name, "a class or nothing for each node")),
    }
}

/// Whether these are among the classes, as far as these have names.
fn are_classes<'c>(mut of: impl Iterator<Item = &'c usize>, names: &[String]) -> bool {
    names.is_empty() || of.all(|&class| class < names.len())
}

/// Centres that are to be filled, once it is sure that the file holds as many.
fn blank(source: &Source<'_>, on: &TrainedOn, centres: usize) -> Result<Matrix<f64>, String> {
    source.settings.check_layers(&[&[centres, on.features()]])?;
    Ok(Matrix::zeros(centres, on.features()))
}

/// What all centres can be asked for.
fn of_centres<M: 'static>(
    model: &Rc<M>,
    on: &TrainedOn,
    codebook: fn(&M) -> &Codebook<f64>,
) -> [Offer; 2] {
    let (names, scaling) = (on.feature_names(), on.scaling().clone());
    [
        offer(What::Reconstructions, model, move |model, x| {
            Answer::unscaled(&names, &scaling, &codebook(model).quantize(x))
        }),
        offer(What::Scores, model, move |model, x| {
            distances(codebook(model), x)
        }),
    ]
}

/// The centre nearest to each object; none for an object without any value.
fn winners(codebook: &Codebook<f64>, x: &Matrix<f64>) -> Vec<Option<usize>> {
    let winners = codebook.winners(x).into_iter();
    winners.map(|winner| Some(winner?.centre)).collect()
}

/// How far it is, in units of the scaled features.
fn distances(codebook: &Codebook<f64>, x: &Matrix<f64>) -> Answer {
    let winners = codebook.winners(x).into_iter();
    let distances = winners.map(|winner| winner.map_or(f64::NAN, |winner| winner.distance));
    Answer::numbered(
        "distance",
        &Matrix::from_vec(x.rows(), 1, distances.collect()),
    )
}

fn taking_missing(offers: Vec<Offer>) -> Asked {
    Asked {
        takes_missing: true,
        ..Asked::of(offers)
    }
}
