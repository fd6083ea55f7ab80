"""What other systems send us: alerts in their own forms, read into one. Nothing here decides what becomes of them."""
