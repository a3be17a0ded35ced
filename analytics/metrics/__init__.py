"""Why a metric of sales changed."""
