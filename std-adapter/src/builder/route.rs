//! Layers become outputs, each of which knows what it takes.

use std::sync::Arc;

use super::Builder;
use super::output::default_output;
use crate::error::InitError;
use crate::layers::Router;

impl Builder {
    /// Puts the layers' outputs behind the others. Where records could go nowhere, to the console.
    pub(super) fn route(&mut self) -> Result<Option<Arc<Router>>, InitError> {
        let router = self.route_layers()?;
        if let Some(redaction) = &self.redaction {
            for output in &mut self.outputs {
                output.redaction.get_or_insert_with(|| redaction.clone());
            }
        }
        Ok(router)
    }

    fn route_layers(&mut self) -> Result<Option<Arc<Router>>, InitError> {
        if self.layers.is_empty() {
            if self.outputs.is_empty() {
                self.outputs.push(default_output(self.settings.shown));
            }
            return Ok(None);
        }
        self.check_layers()?;
        let router = Arc::new(Router::new(&self.layers));
        if self.outputs.is_empty() && router.needs_plain() {
            self.outputs.push(default_output(self.settings.shown));
        }
        for output in &mut self.outputs {
            output.takes.route(&router, None);
        }
        for (place, layer) in self.layers.drain(..).enumerate() {
            for mut output in layer.outputs {
                output.takes.route(&router, Some(place));
                if output.redaction.is_none() {
                    output.redaction.clone_from(&layer.redaction);
                }
                output.takes.only_mut().extend(&layer.only);
                self.outputs.push(output);
            }
        }
        Ok(Some(router))
    }

    fn check_layers(&self) -> Result<(), InitError> {
        let mut names: Vec<&str> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair.first() == pair.last());
        let wrong = twice
            .and_then(|pair| pair.first())
            .or_else(|| names.first().filter(|name| name.is_empty()));
        match wrong {
            Some(name) => Err(InitError::Layer { name: (*name).to_owned() }),
            None => Ok(()),
        }
    }
}
