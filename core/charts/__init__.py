"""Pictures of prices: described in `spec`, asked for through `render`, drawn in a process of their own.

Only the drawing process (`worker`) imports matplotlib; everyone else imports `spec` and `render`.
"""
