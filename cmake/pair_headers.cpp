// Empty: it carries the precompiled header that the twins share.
