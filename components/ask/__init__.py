"""Where a question, a viewer's scope and a store meet: the only room that reads and caches."""
