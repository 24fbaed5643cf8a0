//! A map in pictures, and the page that explains them to someone who has never seen one.

use super::som::{Figure, Setting, TrainedMap};
use super::{class_name, feature_name};
use crate::page::{Column, Page, Table};
use crate::pictures::map::{Plane, borders, classes, codebook, field, hits, planes};
use crate::pictures::{RenderError, TileShape};
use crate::train::count;
use unsup_models::kohonen::{Lattice, Surface};

/// The files of the pictures.
pub const PICTURES: [&str; 6] = [
    "density.png",
    "planes.png",
    "u-matrix.png",
    "hits.png",
    "classes.png",
    "codebook.png",
];

/// At most so many features have a plane; of more, those that differ most over the map.
const MOST_PLANES: usize = 64;

/// and not more than make so many cells, or the page would be slow to open.
const MOST_CELLS: usize = 100_000;

/// A picture of the map, with what stands around it on the page.
pub struct Picture {
    /// Its file.
    pub file: &'static str,
    heading: &'static str,
    words: String,
    /// SVG text.
    pub svg: String,
}

/// All pictures that there are of a map, in the order in which they are read.
pub fn pictures(trained: &TrainedMap, neighbours: usize) -> Vec<Picture> {
    let mut pictures = vec![hits_of(trained)];
    pictures.extend(classes_of(trained));
    pictures.push(borders_of(trained));
    pictures.push(density_of(trained, neighbours));
    pictures.push(planes_of(trained));
    pictures.extend(codebook_of(trained));
    pictures
}

fn hits_of(trained: &TrainedMap) -> Picture {
    let grid = trained.map.grid();
    let empty = trained.quality.dead_nodes();
    let remark = format!(
        "The area of a disc is the number of objects of its node. {} of {} nodes have none.",
        empty,
        grid.nodes()
    );
    Picture {
        file: "hits.png",
        heading: "Where the objects are",
        words: "Each object lies on the node whose typical object is most like it. Heaps of objects separated by empty nodes are clusters. How many nodes stay empty was not set \
                by anyone: the map finds it out."
            .to_owned(),
        svg: hits(grid, &trained.quality.hits, "Objects of each node", &remark),
    }
}

fn classes_of(trained: &TrainedMap) -> Option<Picture> {
    let counts = trained.class_counts.as_ref()?;
    let classes_known = counts.first().map_or(0, Vec::len);
    let about = &trained.about;
    let names: Vec<String> = (0..classes_known)
        .map(|class| class_name(about, class))
        .collect();
    let remark =
        "The pieces of a pie are the classes of the objects of its node, its area their number.";
    let accuracy = trained.majority_accuracy().unwrap_or(f64::NAN);
    Some(Picture {
        file: "classes.png",
        heading: "Classes",
        words: format!(
            "The map has not seen the classes; they are laid over it afterwards. Where a region has one colour, the features alone tell that class apart; pies of several colours are objects that the features \
             do not tell apart. If every object were given the class that most objects of its node have, {:.1} % would be right.",
            100.0 * accuracy
        ),
        svg: classes(
            trained.map.grid(),
            counts,
            &names,
            "Classes of the objects of each node",
            remark,
        ),
    })
}

fn borders_of(trained: &TrainedMap) -> Picture {
    Picture {
        file: "u-matrix.png",
        heading: "Borders (U-matrix)",
        words: "The map shows which nodes are neighbours, not how alike they are: that is shown here. A dark wall between two nodes means that their typical objects differ much, \
                so dark lines are borders between clusters and light areas are their insides."
            .to_owned(),
        svg: borders(
            trained.map.grid(),
            &trained.map.u_matrix(),
            "Distances between neighbouring nodes",
            "Dark: far apart. Light: alike. The inside of a node is the mean of its walls.",
        ),
    }
}

fn density_of(trained: &TrainedMap, neighbours: usize) -> Picture {
    let density = trained.map.density(&trained.objects.x, neighbours);
    let objects = trained.quality.hits.iter().sum();
    let remark = format!(
        "Mean distance from the node to the {} nearest objects{}. Dark: dense. Light: sparse.",
        neighbours.min(objects),
        trained.unit()
    );
    Picture {
        file: "density.png",
        heading: "Density",
        words: "How crowded the data are where the node is. Dark nodes stand for many objects that are much alike, light ones for objects that are unlike all others, or for the empty \
                space between clusters."
            .to_owned(),
        svg: field(trained.map.grid(), &density, "Local density", &remark),
    }
}

fn planes_of(trained: &TrainedMap) -> Picture {
    let (map, about) = (&trained.map, &trained.about);
    let centres = about.scaling.undo(map.codebook().centres());
    let spread = |j: usize| {
        let of_plane = map.codebook().centres().row_iter().map(|w| w[j]);
        let (least, most) = of_plane.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), w| {
            (a.min(w), b.max(w))
        });
        most - least
    };
    let mut shown: Vec<usize> = (0..centres.columns()).collect();
    shown.sort_by(|&a, &b| spread(b).total_cmp(&spread(a)));
    shown.truncate(MOST_PLANES.min(MOST_CELLS / map.grid().nodes()));
    shown.sort_unstable();
    let correlations = trained.class_correlations();
    let remark = |j: usize| match correlations.as_ref().map(|all| all[j]) {
        // without the sign of a zero
        Some(r) if r.abs() < 0.005 => "r = 0.00".to_owned(),
        Some(r) if r.is_finite() => format!("r = {r:+.2}").replace('-', "−"),
        _ => String::new(),
    };
    let all: Vec<Plane> = shown
        .iter()
        .map(|&j| Plane {
            name: feature_name(about, j),
            values: centres.row_iter().map(|w| w[j]).collect(),
            remark: remark(j),
        })
        .collect();
    let which = match centres.columns() - shown.len() {
        0 => String::new(),
        left => format!(
            " Of {} features the {} are shown that differ most over the map; {left} are not.",
            centres.columns(),
            shown.len()
        ),
    };
    let with = match correlations {
        Some(_) => format!(
            " Below the name stands r, how closely the feature follows the share of {} among the objects of a node: near +1 or −1 it goes with the classes, near 0 it cuts across them.",
            class_name(about, 1)
        ),
        None => String::new(),
    };
    Picture {
        file: "planes.png",
        heading: "One map for each feature",
        words: format!(
            "The same map, coloured by one feature of the nodes' typical objects. Two features whose pictures are alike go together; one whose picture is the other's negative goes against it; a feature that is light in one corner alone \
             is what that corner is about.{with}"
        ),
        svg: planes(
            map.grid(),
            &all,
            "Component planes",
            &format!(
                "Dark: low. Light: high. Each has a scale of its own, in the unit of the file.{which}"
            ),
        ),
    }
}

fn codebook_of(trained: &TrainedMap) -> Option<Picture> {
    let TileShape::Image { height, width } = trained.about.tile else {
        return None;
    };
    let centres = trained.about.scaling.undo(trained.map.codebook().centres());
    let svg = codebook(
        trained.map.grid(),
        &centres,
        (height, width),
        "The typical object of each node",
        "White is 0, black is 1.",
    )?;
    Some(Picture {
        file: "codebook.png",
        heading: "Typical objects",
        words: "What the nodes have learned to stand for. Walk from node to node: each step changes little, and yet every kind of object is somewhere.".to_owned(),
        svg,
    })
}

/// How good the map is.
pub fn quality_table(trained: &TrainedMap) -> Table {
    let rows = trained.figures().into_iter();
    Table {
        caption: String::new(),
        columns: vec![
            Column::words("Measure"),
            Column::numbers("Value"),
            Column::words("What it says"),
        ],
        rows: rows
            .map(|Figure { name, value, says }| vec![name, value, says])
            .collect(),
    }
}

/// With what it was trained, and why.
pub fn settings_table(trained: &TrainedMap) -> Table {
    let rows = trained.chosen.iter();
    Table {
        caption: String::new(),
        columns: ["Setting", "Value", "Why"].map(Column::words).to_vec(),
        rows: rows
            .map(|Setting { name, value, why }| {
                vec![(*name).to_owned(), value.clone(), why.clone()]
            })
            .collect(),
    }
}

/// The page.
///
/// # Errors
/// If a picture can't be drawn.
pub fn page(trained: &TrainedMap, pictures: &[Picture]) -> Result<String, RenderError> {
    let (grid, about) = (trained.map.grid(), &trained.about);
    let objects = count(trained.objects.x.rows(), "object", "objects");
    let features = count(trained.objects.x.columns(), "feature", "features");
    let mut page = Page::new(
        &format!("Map of {}", about.name),
        &format!(
            "{objects} with {features} each, laid out on a Kohonen map of {grid} nodes, so that objects that are alike lie near each other."
        ),
    );
    page.section("How to read a map");
    let (shape, around) = match grid.lattice() {
        Lattice::Hexagonal => ("hexagons", "six"),
        Lattice::Rectangular => ("squares", "eight"),
    };
    page.words(&format!(
        "A map is a sheet of nodes, drawn as {shape}. Each node stands for a typical object. When the map was trained, each object pulled the node that is most like it toward itself, and the nodes \
         around it a little too; so in the end neighbouring nodes (up to {around} around each) are alike, and distant ones, as a rule, are not."
    ));
    page.words(
        "All pictures below show the same nodes at the same places. Find a region in one of them and look at the same place in the others: who lies there, how densely, and which \
         features are high or low there. The axes have no meaning, and neither have up and down.",
    );
    if grid.surface() == Surface::Torus {
        page.words("This map has no edge: what leaves it on the right comes in on the left, and what leaves it above comes in below.");
    }
    page.words(
        "A map also depends on its settings and on chance, and it distorts: objects that are alike may have been torn apart. Take it as a way to get ideas, and check them on the data.",
    );
    if trained.quality.is_folded() {
        page.note(
            "This map is folded: the two nodes that are nearest to an object often lie far apart on it, so that neighbourhood on the map says little. A larger first radius, more epochs or another start may \
             unfold it.",
        );
    }
    for object in trained.left_out_remark().lines() {
        page.note(object);
    }
    for picture in pictures {
        page.section(picture.heading);
        page.words(&picture.words);
        page.picture(&picture.svg)?;
    }
    page.section("How good the map is");
    page.table(&quality_table(trained));
    page.section("How it was trained");
    page.table(&settings_table(trained));
    Ok(page.finish())
}
