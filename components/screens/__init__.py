"""One folder a page, with everything that the page makes and draws."""
