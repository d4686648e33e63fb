"""What leaves by mail: file names, the e-mail draft, the receipt."""
