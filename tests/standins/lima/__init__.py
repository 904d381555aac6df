"""Lima without virtual machines; see the program beside this folder."""
