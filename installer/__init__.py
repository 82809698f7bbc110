"""From the checkout to what people download: see resources/docs/releasing.md."""
