"""One repository per aggregate: frozen values in and out, every query bounded. The only SQL over tables."""
