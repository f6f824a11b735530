<?php

namespace App\Component\Form;

use App\Component\Gone;

class Form
{
    public function show()
    {
        return 'form';
    }

    private function never()
    {
        return 1;
    }
}
