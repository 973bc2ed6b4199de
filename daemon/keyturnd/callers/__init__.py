"""Who asks, by the kernel's word; what each was told and handed."""
