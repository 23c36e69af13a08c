"""What the product serves over HTTP. Pages and endpoints hold no rules: they call `publisher.workflow`."""
