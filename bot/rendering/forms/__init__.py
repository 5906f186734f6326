"""A digest as a file: PDF, DOCX, XLSX, CSV, JSON, Markdown."""
