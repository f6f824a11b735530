<?php
function format_title($text)
{
    return trim($text);
}

class Page
{
    public static function load($id): page
    {
        return new page();
    }

    public function render()
    {
        return $this->OWN();
    }

    private function own()
    {
        return 1;
    }
}
