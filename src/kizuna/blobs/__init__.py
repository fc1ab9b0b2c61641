"""Files, by key: on disk here, in object storage later. Owns no table."""
