"""One suite for all channels: `channel_contract` holds the promises, each adapter brings its rig."""

import pytest

pytest.register_assert_rewrite("tests.contract.channel_contract")
