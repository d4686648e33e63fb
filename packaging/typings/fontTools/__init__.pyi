"""The part of fontTools that the program uses: the package brings no types of its own."""
