"""Pictures: an upload is decoded, made anew and staged for its uploader, and re-keyed into a plane when attached.

Owns the table ``upload`` of the store people, and the columns that a picture has in the tables of the planes. The
planes own their attachments and decide who may see them. The files of each plane stand in a directory of their own.
"""
