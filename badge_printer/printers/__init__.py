"""Printers by the language they speak: IPP, ZPL over TCP, and a folder of PDF files."""
