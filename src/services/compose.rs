//! Compose projects of the user's own: what the variables of their files stand for, and the images that their services get.

use super::images::Images;
use crate::compose::{File, Value};
use crate::fleet::server::Setting;
use crate::fleet::service::Project;

/// What a variable of the project's file stands for; `None`: the describer has no such variable.
pub(crate) fn value(project: &Project, variable: &str) -> Option<Value> {
    let mut variables = project.environment.iter();
    let (_, setting) = variables.find(|(name, _)| name.value == variable)?;
    Some(match &setting.value {
        Setting::Plain(text) => Value::Text(text.clone()),
        Setting::Secret(_) => Value::Secret,
    })
}

/// By service of the file: the image that it names, and the one that it gets.
pub(crate) fn images(project: &Project, images: &Images) -> Vec<(String, String, String)> {
    let named = File::new(&project.text).images(&|name: &str| value(project, name));
    let named = named.into_iter();
    named
        .map(|(service, image)| {
            let gets = images.in_place_of(&image).to_owned();
            (service, image, gets)
        })
        .collect()
}
