"""What goes over the wire: rows as the serializers print them, pages of them, and the fields of a body."""
